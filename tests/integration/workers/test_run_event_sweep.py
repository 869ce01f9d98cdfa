"""Every minute: the outbox."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening


def miss_the_stream(stack: Stack) -> None:
    """Let the stream's records so far be lost to every function."""
    for stream in stack.conductor.streams:
        stream.position += stream.pending()


def test_what_the_stream_missed_is_published_within_two_minutes_once(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        placed = demo("POST", "/api/telephony/calls/initiate", json={"customerPhone": "+15005550006", "agentId": "a"})
        assert placed.status == 502
        miss_the_stream(stack)
        stack.advance(55)
        assert receiver.events() == []
        stack.advance(65)
        assert sorted(receiver.events()) == ["call.failed", "call.initiated"]
        stack.advance(180)
        assert len(receiver.received) == 2


def test_one_event_that_cannot_be_published_does_not_keep_the_others(demo: Client, other: Client, stack: Stack) -> None:
    with listening() as receiver:
        for client in (demo, other):
            client("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
            client("POST", "/api/telephony/calls/initiate", json={"customerPhone": "+15005550006", "agentId": "a"})
        miss_the_stream(stack)
        fault = {"kind": "fail", "service": "sqs", "operation": "*", "function": "WorkersRunEventSweep", "times": 3}
        stack.faults.add(fault)  # all tries of the first event's message
        stack.advance(120)
        assert len(receiver.received) >= 3
        stack.advance(120)
        assert len(receiver.received) == 4
