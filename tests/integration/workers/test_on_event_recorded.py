"""The table's stream: events."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening


def test_an_event_is_published_at_once_and_leaves_the_due_index(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        demo("POST", "/api/telephony/calls/initiate", json={"customerPhone": "+15005550006", "agentId": "a"})
        waiting = [item["type"] for item in demo.items("EVENT#") if "due_at" in item]
        # A customer's first call also makes the customer and opens a conversation; the hook of calls is not told.
        assert sorted(waiting) == ["call.failed", "call.initiated", "conversation.created", "customer.created"]
        stack.settle()
        assert sorted(receiver.events()) == ["call.failed", "call.initiated"]
        assert not any("due_at" in item for item in demo.items("EVENT#"))


def test_stream_records_told_twice_are_delivered_once(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        demo.place()
        stack.advance(30)
        told = receiver.events()
        assert len(told) == 5
        stack.conductor.rewind()  # the stream from its beginning: every record comes again
        stack.advance(130)
        assert receiver.events() == told


def test_a_failure_to_publish_is_made_good_by_trying_again(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        demo.place()
        fault = {"kind": "fail", "service": "sqs", "operation": "*", "function": "WorkersOnEventRecorded", "times": 3}
        stack.faults.add(fault)
        stack.advance(30)
        assert len(receiver.events()) == len(set(receiver.events())) == 5
