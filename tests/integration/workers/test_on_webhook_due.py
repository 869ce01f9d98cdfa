"""WebhookQueue."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening


def test_a_delivery_that_failed_is_made_again_later_and_once(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        receiver.statuses += [500]
        demo("POST", "/api/telephony/calls/initiate", json={"customerPhone": "+15005550003", "agentId": "a"})
        stack.settle()
        assert receiver.events().count("call.initiated") == 1
        stack.advance(600)
        assert sorted(receiver.events()) == ["call.failed", "call.initiated", "call.initiated", "call.ringing"]
        assert {item["status"] for item in demo.items("DELIVERY#")} == {"success"}


def test_hints_repeated_deliver_no_more(demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
        demo.place("+15005550002")
        stack.advance(30)
        told = len(receiver.received)
        assert told == 3
        url = stack.variables(stack.functions["WorkersOnEventRecorded"])["WEBHOOK_QUEUE_URL"]
        for item in demo.items("DELIVERY#"):
            endpoint_id, event_id = item["sk"].split("#")[1:]
            tenant_id = demo.workspace.tenant_id
            body = f'{{"tenant_id": "{tenant_id}", "endpoint_id": "{endpoint_id}", "event_id": "{event_id}"}}'
            stack.client("sqs").send_message(QueueUrl=url, MessageBody=body)
        stack.settle()
        assert len(receiver.received) == told
