"""POST /api/v1/tasks/{task_id}/execute."""

from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.workspaces import operating
from tandem.aws import clients
from tandem.carriers.base import Role
from tandem.keys.models import TEST
from tandem.transcripts import service as transcripts
from tests.integration.assistants import AGENTS, TASKS, data, execute, make_agent, make_task, refusal, task
from tests.integration.conftest import Client
from tests.integration.doors import leap, make_key
from tests.integration.test_never_dials_twice import dials, hooked

KEY = {"idempotency-key": "task-4711"}


def path(task_id: str) -> str:
    return f"{TASKS}/{task_id}/execute"


def test_a_task_becomes_a_call_and_is_over_with_it(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    answer = data(demo("POST", path(task_id)))
    assert answer == {"call_id": answer["call_id"], "message": "Call initiated"}
    begun = task(demo, task_id)
    assert (begun["status"], begun["call_id"], begun["completed_at"]) == ("in_progress", answer["call_id"], None)
    demo.stack.advance(15)
    over, call = task(demo, task_id), demo.call(answer["call_id"])
    assert (over["status"], over["error"], call["status"]) == ("completed", None, "completed")
    assert over["completed_at"] == call["endedAt"]
    assert over["started_at"] == begun["started_at"] is not None
    assert call["agentId"] == over["agent_id"]


@pytest.mark.parametrize(
    ("number", "error"),
    [("2", "busy: USER_BUSY"), ("3", "no answer: NO_ANSWER"), ("4", "declined: CALL_REJECTED")],
)
def test_a_task_whose_call_fails_has_failed_and_says_why(number: str, error: str, demo: Client) -> None:
    task_id = make_task(demo, to_number=f"+1500555000{number}")["id"]
    execute(demo, task_id)
    demo.stack.advance(30)
    found = task(demo, task_id)
    assert (found["status"], found["error"]) == ("failed", error)
    assert found["completed_at"] is not None


@pytest.mark.parametrize(("number", "cause"), [("6", "503 Service Unavailable"), ("7", "404 Unallocated number")])
def test_a_carrier_that_refuses_is_a_503_and_the_task_has_failed_at_once(number: str, cause: str, demo: Client) -> None:
    task_id = make_task(demo, to_number=f"+1500555000{number}")["id"]
    response = demo("POST", path(task_id))
    assert cause in refusal(response, 503)
    found = task(demo, task_id)
    assert found["status"] == "failed"
    assert found["error"].endswith(cause)
    assert response.json()["details"]["call_id"] == found["call_id"]


def test_only_a_pending_task_is_executed(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    execute(demo, task_id)
    for seconds in (0, 15):
        demo.stack.advance(seconds)
        assert refusal(demo("POST", path(task_id))) == "Only a pending task can be executed."
    assert len(demo.items("CALL#")) == 1


def test_a_repeated_request_is_given_the_first_ones_answer(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    first, second = (demo("POST", path(task_id), headers=KEY) for _ in range(2))
    assert (first.status, second.header("idempotent-replayed"), second.body) == (200, "true", first.body)
    assert len(demo.items("CALL#")) == 1


@pytest.mark.parametrize("kind", ["fail", "drop_answer"])
@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "TransactWriteItems"), ("dynamodb", "PutItem"), ("sqs", "SendMessageBatch")]
)
def test_whatever_fails_a_task_is_dialled_once_at_most_and_ends(
    service: str, operation: str, kind: str, demo: Client
) -> None:
    task_id = make_task(demo)["id"]
    fault = {"service": service, "operation": operation, "function": "VoiceAgentsExecuteTask", "kind": kind}
    demo.stack.faults.add({**fault, "times": 3})
    demo("POST", path(task_id), headers=KEY)
    demo.stack.faults.clear()
    leap(demo.stack, 61)
    assert demo("POST", path(task_id), headers=KEY).status == 200
    demo.stack.advance(20 * 60)
    assert task(demo, task_id)["status"] in ("completed", "failed")
    assert all(number == 1 for number in dials(demo.stack).values())
    assert len(demo.items("CALL#")) == 1


def test_two_who_execute_at_once_place_one_call(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    answers: list[Response] = []

    def meanwhile(**_: Any) -> None:
        if not answers:
            answers.append(Response(0, {}, b""))
            answers[0] = demo("POST", path(task_id))

    event = "before-call.dynamodb.TransactWriteItems"
    with hooked(demo.stack, clients.dynamodb, event, meanwhile, "VoiceAgentsExecuteTask"):
        outer = demo("POST", path(task_id))
    assert (answers[0].status, outer.status) == (200, 400)
    assert len(demo.items("CALL#")) == 1
    assert sum(dials(demo.stack).values()) == 1


def test_the_task_is_under_way_by_the_very_transaction_that_intends_the_call(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    seen: list[tuple[int, str]] = []

    def look(**_: Any) -> None:
        seen.append((len(demo.items("CALL#")), demo.items("TASK#")[0]["status"]))

    for event in ("before-call.dynamodb.TransactWriteItems", "after-call.dynamodb.TransactWriteItems"):
        with hooked(demo.stack, clients.dynamodb, event, look, "VoiceAgentsExecuteTask"):
            demo("POST", path(task_id))
    assert seen[0] == (0, "pending")
    assert all(one == (1, "in_progress") for one in seen[1:])


def test_what_the_agent_says_first_has_what_the_context_has(demo: Client) -> None:
    agent = make_agent(demo, starting_message="Hello {{ customer_name }}, your order {{order_id}} {{unknown}} is here.")
    context = {"customer_name": "Ada", "order_id": 12345}
    own = make_task(demo, agent["id"], context_data=context)
    other = make_task(demo, agent["id"], context_data=context, starting_message="Good day, {{customer_name}} {{gone}}!")
    for made, said in ((own, "Hello Ada, your order 12345 is here."), (other, "Good day, Ada!")):
        call_id = execute(demo, made["id"])
        demo.stack.advance(10)
        with operating(demo.stack):
            transcript = transcripts.find(demo.workspace.tenant_id, call_id)
        assert transcript is not None
        assert transcript.finished_at is not None
        assert next(turn.text for turn in transcript.turns if turn.role == Role.AGENT) == said


def test_a_disabled_agent_does_not_call(demo: Client) -> None:
    agent = make_agent(demo)
    task_id = make_task(demo, agent["id"])["id"]
    demo("PATCH", f"{AGENTS}/{agent['id']}", json={"enabled": False})
    assert refusal(demo("POST", path(task_id))) == "The task's agent is disabled."
    assert task(demo, task_id)["status"] == "pending"


def test_a_test_key_dials_by_the_sandbox_whatever_is_configured(demo: Client) -> None:
    demo("POST", "/api/telephony/configure", json={"carrier": "africas_talking", "phoneNumber": "+254711000111"})
    tester = Client(demo.stack, demo.workspace, make_key(demo.stack, demo.workspace.tenant_id, TEST))
    made = make_task(tester)
    assert tester.call(execute(tester, made["id"]))["carrier"] == "sandbox"


def test_another_tenants_task_is_unknown(demo: Client, other: Client) -> None:
    made = make_task(demo)
    refusal(other("POST", path(made["id"])), 404)
    assert task(demo, made["id"])["status"] == "pending"
