"""The sandbox's numbers: for each the record, its events by webhook in order, and what is written beside them."""

import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import PLACE, listening, lose_messages

ANSWERED = ["call.initiated", "call.ringing", "call.answered", "call.completed", "call.recording.available"]
UNANSWERED = ["call.initiated", "call.ringing", "call.failed"]


@dataclass(frozen=True)
class Expected:
    """How a call to a number ends, and what its subscriber is told."""

    status: str
    outcome: str
    retryable: bool
    duration: int
    cause: str
    events: list[str]
    recorded: bool = False
    answered: bool = False


_TALKED = Expected("completed", "answered_human", False, 4, "NORMAL_CLEARING", ANSWERED, recorded=True, answered=True)
EXPECTED = {
    "+15005550001": _TALKED,
    "+15005550002": Expected("failed", "busy", True, 0, "USER_BUSY", UNANSWERED),
    "+15005550003": Expected("failed", "no_answer", True, 0, "NO_ANSWER", UNANSWERED),
    "+15005550004": Expected("failed", "declined", False, 0, "CALL_REJECTED", UNANSWERED),
    "+15005550005": Expected(
        "completed", "voicemail", False, 6, "NORMAL_CLEARING", ANSWERED, recorded=True, answered=True
    ),
    "+15005550006": Expected(
        "failed", "carrier_error", True, 0, "503 Service Unavailable", ["call.initiated", "call.failed"]
    ),
    "+15005550007": Expected(
        "failed", "invalid_number", False, 0, "404 Unallocated number", ["call.initiated", "call.failed"]
    ),
    "+15005550008": Expected(
        "completed", "answered_human", False, 4, "NORMAL_CLEARING",
        ["call.initiated", "call.completed", "call.recording.available"], recorded=True, answered=True,
    ),
    "+15005550009": _TALKED,
    "+15005550010": _TALKED,
    "+2348012345678": _TALKED,
}  # fmt: skip


def place(client: Client, number: str) -> str:
    """Place a call; its id, also when the carrier refused."""
    body = {**(PLACE.body or {}), "customerPhone": number}
    response = client(PLACE.method, PLACE.path, json=body)
    answer = response.json()
    return str(answer["data"]["callId"] if response.status == 200 else answer["error"]["details"]["callId"])


@pytest.mark.parametrize("number", EXPECTED)
def test_a_call_to_a_number_of_the_sandbox_ends_as_its_script_says(number: str, demo: Client, stack: Stack) -> None:
    expected = EXPECTED[number]
    with listening() as receiver:
        configured = demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url}).json()["data"]
        receiver.secret = configured["webhookSecret"]
        call_id = place(demo, number)
        for _ in range(30):
            stack.advance(1)
        call = demo.call(call_id)
        assert (call["status"], call["outcome"], call["retryable"]) == (
            expected.status,
            expected.outcome,
            expected.retryable,
        )
        assert (call["duration"], call["cause"]) == (expected.duration, expected.cause)
        assert bool(call["answeredAt"]) == expected.answered
        assert bool(call["recordingUrl"]) == expected.recorded
        assert receiver.events() == expected.events
        assert all(one.genuine for one in receiver.received)
        assert len({one.headers["webhook-id"] for one in receiver.received}) == len(expected.events)
        last = receiver.received[-1].body
        assert last["data"] == call
        times = [one.body["timestamp"] for one in receiver.received]
        assert times == sorted(times)
        check_the_books(demo, call_id, expected)


def check_the_books(demo: Client, call_id: str, expected: Expected) -> None:
    """The outbox and the audit trail tell the same story, and nothing is left to do."""
    events = [item for item in demo.items("EVENT#") if item["subject"] == call_id]
    told = [item["type"] for item in events if not item["type"].startswith("internal.")]
    assert Counter(told) == Counter(expected.events)
    assert all("due_shard" not in item for item in [*events, *demo.items("CALL#"), *demo.items("DELIVERY#")])
    audit = [item for item in demo.items("AUDIT#") if item["subject"] == call_id]
    assert audit[0]["action"] == "call.place"
    assert audit[0]["actor"].startswith("key:")
    steps = [item["changes"]["status"] for item in audit if "status" in item["changes"]]
    assert steps[0] == [None, "initiated"]
    assert all(one[1] == following[0] for one, following in pairwise(steps))
    assert steps[-1][1] == expected.status
    (call,) = demo.items("CALL#")
    # Every write of the record left an audit entry in its transaction; the dial's own outcome is none of the record's.
    assert call["version"] - len(audit) in (0, 1)


@pytest.mark.parametrize("number", [number for number, expected in EXPECTED.items() if expected.recorded])
def test_webhooks_carry_the_call_as_it_was_then(number: str, demo: Client, stack: Stack) -> None:
    call_id = place(demo, number)
    stack.advance(30)
    final = demo.call(call_id)
    bodies = [json.loads(item["body"]) for item in demo.items("EVENT#") if item["type"].startswith("call.")]
    for body in bodies:
        assert set(body) == {"event", "timestamp", "data"}
        assert set(body["data"]) == set(final)
        fixed = ("callId", "conversationId", "from", "to", "direction", "agentId", "createdAt")
        assert [body["data"][name] for name in fixed] == [final[name] for name in fixed]
    statuses = {body["event"]: body["data"]["status"] for body in bodies}
    assert statuses.pop("call.recording.available") == "completed"
    assert all(event == f"call.{status}" for event, status in statuses.items())


def test_the_call_goes_by_the_platforms_clock(demo: Client, stack: Stack) -> None:
    call_id = place(demo, "+15005550001")
    seen = []
    for _ in range(8):
        seen.append(demo.call(call_id)["status"])
        stack.advance(1)
    assert [status for status, _ in groupby(seen)] == ["initiated", "ringing", "answered", "completed"]


def test_a_dial_whose_answer_is_lost_happens_once_and_is_followed(demo: Client, stack: Stack) -> None:
    call_id = place(demo, "+15005550009")
    (before,) = demo.items("CALL#")
    assert (before["dial"], before.get("carrier_call_id")) == ("intended", None)
    stack.advance(10)
    (after,) = demo.items("CALL#")
    assert (after["dial"], after["status"]) == ("accepted", "completed")
    assert after["carrier_call_id"].startswith("SB")
    assert demo.call(call_id)["outcome"] == "answered_human"


def test_events_that_all_got_lost_are_asked_for(demo: Client, stack: Stack) -> None:
    call_id = place(demo, "+15005550009")
    lose_messages(stack, "CARRIER_QUEUE_URL")
    stack.advance(55)
    assert demo.call(call_id)["status"] == "initiated"
    stack.advance(70)
    call = demo.call(call_id)
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", 4)
    stack.advance(10)
    assert demo.call(call_id)["recordingUrl"]


def test_all_numbers_at_once_end_each_in_its_own_way(demo: Client, other: Client, stack: Stack) -> None:
    placed: dict[str, tuple[Client, str]] = {
        number: (client, place(client, number)) for number, client in zip(EXPECTED, [demo, other] * 6, strict=False)
    }
    stack.advance(60)
    for number, (client, call_id) in placed.items():
        call: dict[str, Any] = client.call(call_id)
        assert (call["status"], call["outcome"]) == (EXPECTED[number].status, EXPECTED[number].outcome)
