"""AI agents and their tasks over ElevenLabs: who is known there, what is said, and how a call ends."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.ai_calls import CUSTOMER, OWN, simulated
from tests.integration.assistants import data, execute, make_agent, make_task, refusal, task
from tests.integration.conftest import Client
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault
from tests.simulators.elevenlabs_conversations import Scenario
from tests.simulators.twilio import Number, TwilioSimulator
from tests.simulators.twilio_calls import Call


@pytest.fixture
def provider(stack: Stack, demo: Client) -> Iterator[ElevenLabsSimulator]:
    yield from simulated(stack, demo)


def asked(provider: ElevenLabsSimulator, path: str) -> list[tuple[str, Any]]:
    """What was asked of ElevenLabs about agents, or about calls."""
    return [(each.method, each.body) for each in provider.requests if f"/v1/convai/{path}" in each.path]


def test_an_agent_is_told_to_elevenlabs_on_first_use_and_again_only_when_it_changed(
    demo: Client, provider: ElevenLabsSimulator
) -> None:
    agent = make_agent(demo, voice_settings={"stability": 0.3})
    assert provider.requests == []
    execute(demo, make_task(demo, agent["id"], to_number=CUSTOMER)["id"])
    execute(demo, make_task(demo, agent["id"], to_number=CUSTOMER)["id"])
    assert [method for method, _ in asked(provider, "agents")] == ["GET", "POST"]
    data(demo("PATCH", f"/api/v1/agents/{agent['id']}", json={"system_prompt": "Be brief."}))
    for _ in range(2):
        execute(demo, make_task(demo, agent["id"], to_number=CUSTOMER)["id"])
    assert [method for method, _ in asked(provider, "agents")] == ["GET", "POST", "PATCH"]
    (mirrored,) = provider.agents.values()
    config = mirrored["conversation_config"]
    assert (config["agent"]["prompt"]["prompt"], config["tts"]["stability"]) == ("Be brief.", 0.3)


def test_what_a_task_knows_reaches_the_agent_and_is_said(demo: Client, provider: ElevenLabsSimulator) -> None:
    agent = make_agent(demo, system_prompt="Order {{order_id}} of {{company}}.", starting_message="Hi {{name}}!")
    made = make_task(demo, agent["id"], to_number=CUSTOMER, context_data={"name": "Asha", "order_id": 7, "gift": True})
    call_id = execute(demo, made["id"])
    ((_, order),) = asked(provider, "twilio/outbound-call")
    told = order["conversation_initiation_client_data"]
    assert told["conversation_config_override"] == {"agent": {"first_message": "Hi Asha!"}}
    assert told["dynamic_variables"] == {
        "name": "Asha", "order_id": 7, "gift": True, "company": "",
        "tandem_reference": f"{demo.workspace.tenant_id}.{call_id}", "tandem_record": True,
    }  # fmt: skip
    (conversation,) = provider.conversations.values()
    assert conversation.error is None


@pytest.mark.parametrize(
    ("scenario", "status", "error"),
    [
        (Scenario(), "completed", None),
        (Scenario(end="busy"), "failed", "busy: busy"),
        (Scenario(end="failed", termination="Quota exceeded"), "failed", "carrier error: Quota exceeded"),
    ],
)
def test_a_task_ends_as_its_call_does(
    scenario: Scenario, status: str, error: str | None, demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    made = make_task(demo, to_number=CUSTOMER)
    call_id = execute(demo, made["id"])
    provider.play(next(iter(provider.conversations)), scenario)
    stack.settle()
    over = task(demo, made["id"])
    assert (over["status"], over["error"], over["call_id"]) == (status, error, call_id)
    (listed,) = data(demo("GET", f"/api/v1/calls?task_id={made['id']}"))
    assert (listed["id"], listed["status"], listed["error"]) == (call_id, status, error)


@pytest.mark.parametrize("path", ["/v1/convai/agents", "/v1/convai/twilio/outbound-call"])
def test_where_elevenlabs_refuses_it_is_503_and_the_task_says_why(
    path: str, demo: Client, provider: ElevenLabsSimulator
) -> None:
    made = make_task(demo, to_number=CUSTOMER)
    detail = {"detail": {"status": "quota_exceeded", "message": "No credits are left."}}
    provider.faults.append(Fault(status=401, body=json.dumps(detail).encode(), path=path))
    response = demo("POST", f"/api/v1/tasks/{made['id']}/execute")
    assert "did not place the call" in refusal(response, 503)
    failed = task(demo, made["id"])
    assert failed["status"] == "failed"
    assert "401" in failed["error"]
    assert provider.conversations == {}


def test_a_call_is_ended_by_the_twilio_that_elevenlabs_called_with(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    with TwilioSimulator() as carrier:
        carrier.numbers[OWN] = Number()
        account = {"account_sid": carrier.account_sid, "auth_token": carrier.auth_token, "base_url": carrier.base_url}
        stack.client("ssm").put_parameter(
            Name="/tandem/local/carriers/twilio", Value=json.dumps(account), Type="SecureString", Overwrite=True
        )
        call_id = execute(demo, make_task(demo, to_number=CUSTOMER)["id"])
        (session,) = provider.conversations
        leg = Call("CA" + "7" * 32, carrier.account_sid, OWN, CUSTOMER, "outbound-api", "", provider.now())
        leg.status = "in-progress"
        carrier.calls[leg.sid] = leg
        provider.answer(session).call_sid = leg.sid
        data(demo("POST", f"/api/v1/calls/{call_id}/end"))
        assert leg.status == "completed"
        provider.play(session)
        call = data(demo("GET", f"/api/v1/calls/{call_id}"))
        assert (call["status"], len(call["transcript"]["turns"])) == ("completed", 4)
