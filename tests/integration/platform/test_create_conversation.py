"""POST /api/v1/conversations."""

import pytest

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_conversation, make_customer, told

FULL = {
    "subject": "Where is my order?",
    "channel": "whatsapp",
    "status": "pending",
    "priority": "urgent",
    "assignedTo": "agent-7",
    "inboxId": "inbox #1",
    "labels": ["orders", "late"],
}


def test_a_conversation_is_opened_as_asked_and_told_of(demo: Client) -> None:
    customer_id = make_customer(demo)["_id"]
    made = make_conversation(demo, customer_id, **FULL)
    assert {name: made[name] for name in FULL} == FULL
    assert (made["customerId"], made["lastMessageAt"]) == (customer_id, None)
    assert made["createdAt"] == made["updatedAt"]
    assert demo("GET", f"/api/v1/conversations/{made['_id']}").json()["data"] == made
    events = told(demo, made["_id"])
    assert sorted(name for name, _ in events) == ["conversation.assigned", "conversation.created"]
    assert all(data == made for _, data in events)


def test_what_is_not_said_has_its_default(demo: Client) -> None:
    made = make_conversation(demo)
    assert (made["status"], made["priority"], made["channel"], made["labels"]) == ("open", "medium", "email", [])
    assert (made["subject"], made["assignedTo"], made["inboxId"]) == (None, None, None)
    assert [name for name, _ in told(demo, made["_id"])] == ["conversation.created"]


def test_only_with_a_customer_of_the_workspace(demo: Client, other: Client) -> None:
    foreign = make_customer(other)["_id"]
    before = contents(demo.stack)
    for customer_id in (foreign, UNKNOWN, "x", "a" * 128):
        response = demo("POST", "/api/v1/conversations", json={"customerId": customer_id})
        assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")
    assert contents(demo.stack) == before


@pytest.mark.parametrize("status", ["closed", "done", None])
def test_none_begins_with_a_status_that_it_cannot(status: str | None, demo: Client) -> None:
    body = {"customerId": make_customer(demo)["_id"], "status": status}
    response = demo("POST", "/api/v1/conversations", json=body)
    assert response.status == 422
    assert [place["field"] for place in response.json()["error"]["details"]["fields"]] == ["status"]


def test_a_call_opens_a_conversation_that_is_told_of_and_found(demo: Client) -> None:
    call = demo.call(demo.place()["callId"])
    made = demo("GET", f"/api/v1/conversations/{call['conversationId']}").json()["data"]
    assert (made["channel"], made["customerId"], made["status"]) == ("voice", call["customerId"], "open")
    assert told(demo, made["_id"]) == [("conversation.created", made)]
    for query in ("", "status=open", f"customerId={call['customerId']}&status=open&priority=medium"):
        assert demo("GET", f"/api/v1/conversations?{query}").json()["data"] == [made]


def test_a_call_is_linked_to_the_conversation_that_it_names(demo: Client) -> None:
    customer = make_customer(demo, phone="+15005550001")
    made = make_conversation(demo, customer["_id"])
    call = demo.call(demo.place("+15005550001", conversationId=made["_id"], customerId=customer["_id"])["callId"])
    assert (call["conversationId"], call["customerId"]) == (made["_id"], customer["_id"])
    assert demo("GET", "/api/v1/conversations").json()["pagination"]["total"] == 1
