"""CarrierQueue."""

import json

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents


def told(stack: Stack, *bodies: str) -> list[str]:
    """Hand messages to the function; which of them failed."""
    records = [
        {
            "messageId": str(number), "receiptHandle": "x", "body": body,
            "attributes": {"ApproximateReceiveCount": "1"}, "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q",
        }
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    outcome = stack.invoke("WorkersOnCarrierTold", {"Records": records})
    assert outcome.error is None
    return [failure["itemIdentifier"] for failure in outcome.payload["batchItemFailures"]]


@pytest.mark.parametrize(
    "body", ["{}", '{"happened": "x"}', '{"happened": "ended", "session": "s", "occurred_at": "never"}',
             '{"happened": "ended", "session": "unknown", "occurred_at": "2026-01-01T00:00:00Z"}']
)  # fmt: skip
def test_what_tells_of_no_call_changes_nothing(body: str, demo: Client, stack: Stack) -> None:
    demo.place()
    before = contents(stack)
    assert told(stack, body) == []
    assert contents(stack) == before


def test_a_message_that_cannot_be_read_fails_alone(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    (item,) = demo.items("CALL#")
    ringing = {"happened": "ringing", "session": item["carrier_call_id"], "occurred_at": "2026-01-01T00:00:00Z"}
    assert told(stack, "{", json.dumps(ringing), "[]", "null") == ["0", "2", "3"]
    assert demo.call(call_id)["status"] == "ringing"


def test_the_same_message_ten_times_is_one_change(demo: Client, stack: Stack) -> None:
    demo.place()
    (item,) = demo.items("CALL#")
    busy = {"happened": "ended", "outcome": "busy", "session": item["carrier_call_id"],
            "occurred_at": "2026-01-01T00:00:00Z"}  # fmt: skip
    assert told(stack, *[json.dumps(busy)] * 10) == []
    (after,) = demo.items("CALL#")
    assert (after["version"], after["status"]) == (item["version"] + 1, "failed")
