"""Every minute: webhook deliveries whose hint was lost."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening, lose_messages


def test_a_delivery_whose_hint_was_lost_is_made_within_two_minutes(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        demo.place("+15005550002")
        for stream in stack.conductor.streams:
            while stream.step():
                pass
        lose_messages(stack, "WEBHOOK_QUEUE_URL")
        stack.settle()
        assert receiver.events() == []
        stack.advance(120)
        assert sorted(receiver.events()) == ["call.failed", "call.initiated", "call.ringing"]
