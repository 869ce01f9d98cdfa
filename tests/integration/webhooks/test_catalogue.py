"""Every event that can be subscribed to is made by something that can be done over HTTP."""

from typing import Any

from infra.docs import MEANINGS
from infra.local.stack import Stack
from tandem.webhooks.models import EVENT_TYPES
from tests.integration.conftest import Client
from tests.integration.doors import leap, listening
from tests.integration.people import come, owner_of


def test_every_event_of_the_catalogue_arrives_signed_at_who_subscribed(stack: Stack) -> None:
    workspace, owner = owner_of(stack, "demo")
    client = Client(stack, workspace, workspace.keys["live"])

    def done(method: str, path: str, **body: Any) -> dict[str, Any]:
        answer = client(method, path, json=body)
        assert answer.status in (200, 201), answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    with listening() as receiver:
        wanted = {"name": "All", "url": receiver.url, "events": sorted(EVENT_TYPES)}
        receiver.secret = done("POST", "/api/v1/webhooks", **wanted)["secret"]
        customer = done("POST", "/api/v1/customers", profile={"firstName": "Ada"})["_id"]
        done("PATCH", f"/api/v1/customers/{customer}", tier="gold")
        conversation = done("POST", "/api/v1/conversations", customerId=customer)["_id"]
        for text, direction in (("Hello", "inbound"), ("How are you?", "outbound")):
            done("POST", f"/api/v1/conversations/{conversation}/messages", text=text, direction=direction)
        done("PATCH", f"/api/v1/conversations/{conversation}", assignedTo="agent-1", status="closed")
        assert owner.invite("grace@example.com").status == 201
        come(stack, "grace@example.com")
        policy = {"name": "ci", "permissions": ["read:calls"], "rotationPolicy": {"intervalDays": 30}}
        key = owner("POST", "/api/tenant/api-keys", json=policy).json()["data"]["_id"]
        assert owner("POST", f"/api/tenant/api-keys/{key}/rotate").status == 200
        assert client("POST", "/api/telephony/configure", json={"transcriptionEnabled": True}).status == 200
        client.place("+15005550001", recordingEnabled=True)
        client.place("+15005550004")
        stack.advance(180)
        leap(stack, 30 * 86400)
        stack.run_schedule("WorkersRunKeyRotation")
        stack.settle()
        assert set(receiver.events()) == EVENT_TYPES
        assert all(one.genuine for one in receiver.received)


def test_the_documentation_says_of_every_event_when_it_comes() -> None:
    assert set(MEANINGS) == EVENT_TYPES
