"""DELETE /api/v1/conversations/{id}."""

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_conversation, say, traces


def test_a_conversation_is_removed_with_its_messages(demo: Client) -> None:
    made = make_conversation(demo, assignedTo="me")
    kept = make_conversation(demo)
    for number in range(3):
        say(demo, made["_id"], f"message {number}")
    say(demo, kept["_id"])
    response = demo("DELETE", f"/api/v1/conversations/{made['_id']}")
    assert response.json() == {"success": True, "data": {"_id": made["_id"], "deleted": True}}
    assert traces(demo, made["_id"]) == []
    assert traces(demo, "message 1") == []
    answer = demo("GET", "/api/v1/conversations").json()
    assert ([each["_id"] for each in answer["data"]], answer["pagination"]["total"]) == ([kept["_id"]], 1)
    assert demo("GET", f"/api/v1/conversations/{kept['_id']}/messages").json()["pagination"]["total"] == 1
    assert demo("DELETE", f"/api/v1/conversations/{made['_id']}").status == 404
    assert demo("GET", f"/api/v1/conversations/{made['_id']}/messages").status == 404


def test_more_messages_than_one_transaction_takes_are_removed(demo: Client) -> None:
    made = make_conversation(demo)
    for _ in range(101):
        say(demo, made["_id"])
    assert demo("DELETE", f"/api/v1/conversations/{made['_id']}").status == 200
    assert demo.items("MESSAGE#") == []


def test_its_calls_stay(demo: Client) -> None:
    call = demo.call(demo.place()["callId"])
    assert demo("DELETE", f"/api/v1/conversations/{call['conversationId']}").status == 200
    assert demo.call(call["callId"])["conversationId"] == call["conversationId"]


def test_another_workspaces_conversation_is_not_found(demo: Client, other: Client) -> None:
    made = make_conversation(demo)
    say(demo, made["_id"])
    before = contents(demo.stack)
    for conversation_id in (made["_id"], UNKNOWN):
        assert other("DELETE", f"/api/v1/conversations/{conversation_id}").status == 404
    assert contents(demo.stack) == before
