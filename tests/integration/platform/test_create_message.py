"""POST /api/v1/conversations/{id}/messages."""

from typing import Any

import pytest

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_conversation, say, told


def test_an_agents_message_is_sent(demo: Client) -> None:
    made = make_conversation(demo)
    message = say(demo, made["_id"], "Line 1\nLine 2 🙂", senderId="agent-1")
    expected = {"conversationId": made["_id"], "direction": "outbound", "senderType": "agent", "senderId": "agent-1"}
    assert message == {
        **expected,
        "_id": message["_id"],
        "text": "Line 1\nLine 2 🙂",
        "createdAt": message["createdAt"],
    }
    assert told(demo, made["_id"]) == [("conversation.created", made), ("message.sent", message)]
    after = demo("GET", f"/api/v1/conversations/{made['_id']}").json()["data"]
    assert after == {**made, "lastMessageAt": message["createdAt"]}


def test_a_customers_message_is_received(demo: Client) -> None:
    made = make_conversation(demo)
    message = say(demo, made["_id"], direction="inbound")
    assert (message["direction"], message["senderType"], message["senderId"]) == ("inbound", "customer", None)
    assert [name for name, _ in told(demo, made["_id"])] == ["conversation.created", "message.received"]


def test_a_system_may_send_as_well(demo: Client) -> None:
    assert say(demo, make_conversation(demo)["_id"], senderType="system")["senderType"] == "system"


@pytest.mark.parametrize("status", ["pending", "closed"])
def test_a_customers_message_opens_the_conversation_again(status: str, demo: Client) -> None:
    made = make_conversation(demo)
    demo("PATCH", f"/api/v1/conversations/{made['_id']}", json={"status": status})
    earlier = len(told(demo, made["_id"]))
    say(demo, made["_id"], direction="inbound")
    after = demo("GET", f"/api/v1/conversations/{made['_id']}").json()["data"]
    assert after["status"] == "open"
    assert sorted(name for name, _ in told(demo, made["_id"])[earlier:]) == ["conversation.updated", "message.received"]
    assert demo("GET", "/api/v1/conversations?status=open").json()["pagination"]["total"] == 1
    assert demo("GET", f"/api/v1/conversations?status={status}").json()["pagination"]["total"] == 0


def test_nothing_is_sent_into_a_closed_conversation(demo: Client) -> None:
    made = make_conversation(demo)
    demo("PATCH", f"/api/v1/conversations/{made['_id']}", json={"status": "closed"})
    before = contents(demo.stack)
    response = demo("POST", f"/api/v1/conversations/{made['_id']}/messages", json={"text": "Hello?"})
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert contents(demo.stack) == before


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"senderType": "customer"}, "senderType"),
        ({"senderType": "agent", "direction": "inbound"}, "senderType"),
        ({"direction": "sideways"}, "direction"),
        ({"text": ""}, "text"),
        ({"text": "x" * 10_001}, "text"),
        ({"text": "\x00"}, "text"),
        ({"text": "\ud800"}, "text"),
        ({"text": None}, "text"),
        ({"attachments": []}, "attachments"),
    ],
)
def test_a_message_that_cannot_be_is_refused(fields: dict[str, Any], named: str, demo: Client) -> None:
    made = make_conversation(demo)
    before = contents(demo.stack)
    response = demo("POST", f"/api/v1/conversations/{made['_id']}/messages", json={"text": "Hello", **fields})
    assert response.status == 422
    assert named in str(response.json()["error"]["details"]["fields"])
    assert contents(demo.stack) == before


def test_another_workspaces_conversation_is_not_found(demo: Client, other: Client) -> None:
    made = make_conversation(demo)
    before = contents(demo.stack)
    for conversation_id in (made["_id"], UNKNOWN):
        response = other("POST", f"/api/v1/conversations/{conversation_id}/messages", json={"text": "Hello"})
        assert response.status == 404
    assert contents(demo.stack) == before
