"""Webhooks of tasks: their own payload, through the pipeline of all webhooks."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.receiver import Receiver
from infra.local.workspaces import operating
from tandem.tasks.hints import TaskDue
from tandem.tasks.scheduling import run_task
from tests.integration.assistants import TASKS, data, execute, make_agent, make_task
from tests.integration.conftest import Client
from tests.integration.doors import listening, lose_messages

WAIT = 150
"""Seconds after which a webhook is told at the latest, whatever is not known of its call."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


def make(client: Client, receiver: Receiver, number: str = "1", **fields: Any) -> str:
    """Make a task that tells the receiver."""
    made = make_task(client, to_number=f"+1500555{number:0>4}", webhook_url=receiver.url, **fields)
    receiver.secret = made.get("webhook_secret", receiver.secret)
    return str(made["id"])


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """What arrived, by event and status."""
    return [(one.body["event_type"], one.body["status"]) for one in receiver.received]


def test_the_life_of_a_task_is_told_in_the_published_payload_with_genuine_signatures(
    demo: Client, receiver: Receiver
) -> None:
    task_id = make(demo, receiver)
    call_id = execute(demo, task_id)
    demo.stack.settle()
    (started,) = receiver.received
    assert started.body == {
        "event_type": "call_started",
        "task_id": task_id,
        "call_id": call_id,
        "status": "initiated",
        "data": {"transcript_excerpt": None, "report_excerpt": None},
    }
    demo.stack.advance(WAIT)
    assert told(receiver) == [("call_started", "initiated"), ("call_completed", "completed")]
    completed = receiver.received[1]
    assert {name: completed.body[name] for name in ("task_id", "call_id")} == {"task_id": task_id, "call_id": call_id}
    assert set(completed.body["data"]) == {"transcript_excerpt", "report_excerpt"}
    assert all(one.genuine for one in receiver.received)


def test_a_failure_is_told_at_once(demo: Client, receiver: Receiver) -> None:
    execute(demo, make(demo, receiver, "2"))
    demo.stack.advance(4)
    assert told(receiver) == [("call_started", "initiated"), ("call_failed", "failed")]


def test_a_carrier_that_refuses_is_told_as_a_failure(demo: Client, receiver: Receiver) -> None:
    task_id = make(demo, receiver, "6")
    assert demo("POST", f"{TASKS}/{task_id}/execute").status == 503
    demo.stack.advance(4)
    assert sorted(told(receiver)) == [("call_failed", "failed"), ("call_started", "initiated")]


def test_a_scheduled_task_that_cannot_be_executed_is_told_as_a_failure_without_a_call(
    demo: Client, receiver: Receiver
) -> None:
    agent = make_agent(demo, enabled=False)
    made = make_task(demo, agent["id"], webhook_url=receiver.url, scheduled_at="2020-01-01")
    receiver.secret = made["webhook_secret"]
    demo.stack.advance(4)
    (failed,) = receiver.received
    assert (failed.body["event_type"], failed.body["call_id"], failed.genuine) == ("call_failed", None, True)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], []),
        (["call_started"], ["call_started"]),
        (["call_completed"], ["call_completed"]),
        (["call_failed"], []),
        (["call_failed", "call_completed"], ["call_completed"]),
    ],
)
def test_only_what_was_asked_for_is_told(
    events: list[str], expected: list[str], demo: Client, receiver: Receiver
) -> None:
    execute(demo, make(demo, receiver, webhook_events=events))
    demo.stack.advance(WAIT)
    assert [event for event, _ in told(receiver)] == expected


def test_what_was_said_is_told_as_soon_as_it_is_known(demo: Client, receiver: Receiver) -> None:
    message = "Hello, " + "this is a long message. " * 40
    execute(demo, make(demo, receiver, webhook_events=["call_completed"], starting_message=message))
    demo.stack.advance(20)
    (completed,) = receiver.received
    assert completed.body["data"]["report_excerpt"]
    excerpt = completed.body["data"]["transcript_excerpt"]
    assert excerpt.startswith("agent: Hello, this is a long message.")
    assert (len(excerpt), excerpt[-1]) == (500, "…")


def test_what_is_never_said_is_not_waited_for_longer_than_a_minute(demo: Client, receiver: Receiver) -> None:
    call_id = execute(demo, make(demo, receiver, webhook_events=["call_completed"]))
    demo.stack.advance(4)
    data(demo("POST", f"/api/v1/calls/{call_id}/end"))
    lose_messages(demo.stack, "CARRIER_QUEUE_URL")
    demo.stack.advance(30)
    assert receiver.received == []
    demo.stack.advance(60)
    (completed,) = receiver.received
    assert completed.body["data"]["transcript_excerpt"].startswith("agent: Hello, how can I help you?")


def test_a_receiver_that_fails_is_told_again_and_the_task_does_not_care(demo: Client, receiver: Receiver) -> None:
    receiver.statuses.append(503)
    task_id = make(demo, receiver, webhook_events=["call_started"])
    execute(demo, task_id)
    demo.stack.advance(60)
    first, second = receiver.received
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert data(demo("GET", f"{TASKS}/{task_id}"))["status"] == "completed"


def test_a_message_that_comes_twice_tells_once(demo: Client, receiver: Receiver) -> None:
    task_id = make(demo, receiver, "2")
    execute(demo, task_id)
    demo.stack.advance(30)
    for event in demo.items("EVENT#"):
        if event["type"].startswith("internal.task."):
            hint = TaskDue(tenant_id=demo.workspace.tenant_id, task_id=task_id, event_id=event["event_id"])
            with operating(demo.stack):
                run_task(hint)
    demo.stack.advance(30)
    assert len(receiver.received) == 2


def test_an_address_that_was_left_alone_is_used_again_by_the_next_task(demo: Client, receiver: Receiver) -> None:
    receiver.statuses.append(410)
    execute(demo, make(demo, receiver, webhook_events=["call_started"]))
    demo.stack.advance(10)
    assert demo.items("TASKHOOK#")[0]["paused_reason"] == "gone"
    execute(demo, make(demo, receiver, webhook_events=["call_started"]))
    demo.stack.advance(10)
    assert [one.genuine for one in receiver.received] == [True, True]


def test_what_was_held_meanwhile_is_sent_then(demo: Client, receiver: Receiver) -> None:
    waiting = make(demo, receiver, webhook_events=["call_started"])
    receiver.statuses.append(410)
    execute(demo, make(demo, receiver, webhook_events=["call_started"]))
    demo.stack.advance(10)
    execute(demo, waiting)
    demo.stack.advance(10)
    assert len(receiver.received) == 1
    make(demo, receiver)
    demo.stack.advance(180)
    assert waiting in [one.body["task_id"] for one in receiver.received]


def test_subscribers_of_all_events_hear_nothing_of_tasks(demo: Client, receiver: Receiver) -> None:
    with listening() as subscriber:
        configured = data(demo("POST", "/api/telephony/configure", json={"webhookUrl": subscriber.url}))
        subscriber.secret = configured["webhookSecret"]
        execute(demo, make(demo, receiver, "2"))
        demo.stack.advance(30)
        assert [one.body["event"] for one in subscriber.received] == ["call.initiated", "call.ringing", "call.failed"]
        assert len(receiver.received) == 2


def test_a_task_that_was_deleted_since_is_still_told_of(demo: Client, receiver: Receiver) -> None:
    task_id = make(demo, receiver, "6", webhook_events=["call_failed"])
    demo("POST", f"{TASKS}/{task_id}/execute")
    data(demo("DELETE", f"{TASKS}/{task_id}"))
    demo.stack.advance(4)
    assert [one.body["task_id"] for one in receiver.received] == [task_id]
