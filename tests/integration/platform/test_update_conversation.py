"""PUT and PATCH /api/v1/conversations/{id}."""

from typing import Any

import pytest

from infra.local.gateway import Response
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_conversation, told

both = pytest.mark.parametrize("method", ["PUT", "PATCH"])


def change(client: Client, conversation_id: str, method: str = "PATCH", **fields: Any) -> Response:
    return client(method, f"/api/v1/conversations/{conversation_id}", json=fields)


def new_events(client: Client, conversation_id: str) -> list[str]:
    """Types of its events but for those of its making, in the order of the alphabet."""
    return sorted(name for name, _ in told(client, conversation_id) if name != "conversation.created")


@both
def test_what_is_named_changes_and_the_rest_stays(method: str, demo: Client) -> None:
    made = make_conversation(demo, subject="Old", inboxId="inbox", labels=["a"])
    response = change(demo, made["_id"], method, subject="New", priority="high", inboxId=None, labels=[])
    changed = response.json()["data"]
    expected = {"subject": "New", "priority": "high", "inboxId": None, "labels": []}
    assert changed == {**made, **expected, "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert told(demo, made["_id"])[-1] == ("conversation.updated", changed)
    assert demo("GET", f"/api/v1/conversations/{made['_id']}").json()["data"] == changed


STATUSES = ("open", "pending", "closed")
ALLOWED = {("open", "pending"), ("open", "closed"), ("pending", "open"), ("pending", "closed"), ("closed", "open")}


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
def test_a_status_changes_only_as_it_may(before: str, after: str, demo: Client) -> None:
    made = make_conversation(demo)
    assert change(demo, made["_id"], status=before).json()["data"]["status"] == before
    stored = contents(demo.stack)
    response = change(demo, made["_id"], status=after)
    if before == after or (before, after) in ALLOWED:
        assert response.json()["data"]["status"] == after
    else:
        assert (response.status, response.json()["code"]) == (409, "CONFLICT")
        assert response.json()["error"]["details"] == {"status": before, "wanted": after}
    assert (contents(demo.stack) == stored) == ((before, after) not in ALLOWED)
    for status in STATUSES:
        total = demo("GET", f"/api/v1/conversations?status={status}").json()["pagination"]["total"]
        assert total == (demo("GET", f"/api/v1/conversations/{made['_id']}").json()["data"]["status"] == status)


def test_closing_and_assigning_have_events_of_their_own(demo: Client) -> None:
    made = make_conversation(demo)
    change(demo, made["_id"], assignedTo="agent-1")
    assert new_events(demo, made["_id"]) == ["conversation.assigned", "conversation.updated"]
    change(demo, made["_id"], assignedTo=None)
    assert new_events(demo, made["_id"]) == ["conversation.assigned", *["conversation.updated"] * 2]
    change(demo, made["_id"], status="closed")
    assert new_events(demo, made["_id"]) == [
        "conversation.assigned",
        "conversation.closed",
        *["conversation.updated"] * 3,
    ]
    change(demo, made["_id"], priority="low")
    assert new_events(demo, made["_id"]).count("conversation.closed") == 1


@pytest.mark.parametrize("body", [{}, {"status": "open"}, {"status": None, "priority": None}, {"subject": None}])
def test_a_change_of_nothing_leaves_no_trace(body: dict[str, Any], demo: Client) -> None:
    made = make_conversation(demo)
    before = contents(demo.stack)
    assert change(demo, made["_id"], **body).json()["data"] == made
    assert contents(demo.stack) == before


def test_a_conversation_stays_with_its_customer(demo: Client) -> None:
    made = make_conversation(demo)
    response = change(demo, made["_id"], customerId=UNKNOWN)
    assert response.status == 422
    assert [place["field"] for place in response.json()["error"]["details"]["fields"]] == ["customerId"]


def test_a_conversation_is_found_by_what_it_is_now(demo: Client) -> None:
    made = make_conversation(demo, assignedTo="agent-1", inboxId="a", priority="low")
    change(demo, made["_id"], assignedTo="agent-2", inboxId=None, priority="high", status="closed")
    for query, total in {
        "assignedTo=agent-1": 0,
        "assignedTo=agent-2&status=closed&priority=high": 1,
        "inboxId=a": 0,
        "priority=low": 0,
        "status=open": 0,
        "status=closed": 1,
        "": 1,
    }.items():
        assert demo("GET", f"/api/v1/conversations?{query}").json()["pagination"]["total"] == total, query


@both
def test_another_workspaces_conversation_is_not_found(method: str, demo: Client, other: Client) -> None:
    made = make_conversation(demo)
    before = contents(demo.stack)
    for conversation_id in (made["_id"], UNKNOWN):
        response = change(other, conversation_id, method, status="closed")
        assert (response.status, response.json()["error"]["message"]) == (404, "No such conversation.")
    assert contents(demo.stack) == before
