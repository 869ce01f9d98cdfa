"""TaskQueue."""

from typing import Any

import pytest

from infra.local.workspaces import operating
from tandem.tasks.hints import TaskDue
from tandem.tasks.scheduling import run_task
from tests.integration.assistants import AGENTS, TASKS, data, make_agent, make_task, task
from tests.integration.conftest import Client
from tests.integration.test_never_dials_twice import dials

PAST = "2020-01-01"


def hint(client: Client, task_id: str, *, times: int = 1) -> None:
    event = {"tenant_id": client.workspace.tenant_id, "task_id": task_id}
    with operating(client.stack):
        for _ in range(times):
            run_task(TaskDue(**event))


def test_however_often_it_is_told_a_task_is_executed_once(demo: Client) -> None:
    task_id = make_task(demo, scheduled_at=PAST)["id"]
    hint(demo, task_id, times=3)
    assert task(demo, task_id)["status"] == "in_progress"
    demo.stack.advance(120)
    hint(demo, task_id)
    assert task(demo, task_id)["status"] == "completed"
    assert len(demo.items("CALL#")) == sum(dials(demo.stack).values()) == 1


def test_a_task_whose_time_was_moved_waits_for_it(demo: Client) -> None:
    for when in ("2099-01-01", None):
        task_id = make_task(demo, scheduled_at=PAST)["id"]
        data(demo("PATCH", f"{TASKS}/{task_id}", json={"scheduled_at": when}))
        hint(demo, task_id)
        assert task(demo, task_id)["status"] == "pending"
    assert demo.items("CALL#") == []


def test_a_task_that_is_gone_is_nobodys(demo: Client) -> None:
    task_id = make_task(demo, scheduled_at=PAST)["id"]
    data(demo("DELETE", f"{TASKS}/{task_id}"))
    hint(demo, task_id)
    assert demo.items("CALL#") == []


@pytest.mark.parametrize(
    ("configured", "disabled", "error"),
    [
        ({}, True, "The task's agent is disabled."),
        ({"carrier": "africas_talking"}, False, "Configure a phoneNumber first: POST /api/telephony/configure."),
    ],
)
def test_a_task_that_cannot_be_executed_has_failed_and_says_why(
    configured: dict[str, Any], disabled: bool, error: str, demo: Client
) -> None:
    agent = make_agent(demo)
    task_id = make_task(demo, agent["id"], scheduled_at=PAST)["id"]
    demo("PATCH", f"{AGENTS}/{agent['id']}", json={"enabled": not disabled})
    if configured:
        demo("POST", "/api/telephony/configure", json=configured)
    hint(demo, task_id, times=2)
    found = task(demo, task_id)
    assert (found["status"], found["error"], found["call_id"]) == ("failed", error, None)
    assert found["completed_at"] is not None


def test_a_carrier_that_refuses_leaves_a_failed_task(demo: Client) -> None:
    task_id = make_task(demo, to_number="+15005550006", scheduled_at=PAST)["id"]
    hint(demo, task_id, times=2)
    found = task(demo, task_id)
    assert (found["status"], found["error"]) == ("failed", "carrier error: 503 Service Unavailable")
    assert len(demo.items("CALL#")) == 1


def test_a_database_that_is_down_brings_the_hint_again(demo: Client) -> None:
    task_id = make_task(demo, scheduled_at=PAST)["id"]
    fault = {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "function": "WorkersOnTaskDue"}
    demo.stack.faults.add({**fault, "times": 3})
    demo.stack.advance(65)
    demo.stack.faults.clear()
    demo.stack.advance(240)
    assert task(demo, task_id)["status"] == "completed"
    assert len(demo.items("CALL#")) == 1
