"""DELETE /api/v1/customers/{id}."""

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_conversation, make_customer, traces


def test_a_customer_is_removed_with_all_by_which_it_was_found(demo: Client) -> None:
    made = make_customer(demo, {"tags": ["vip"]}, firstName="Ada", phone="+2348012345678")
    response = demo("DELETE", f"/api/v1/customers/{made['_id']}")
    assert response.json() == {"success": True, "data": {"_id": made["_id"], "deleted": True}}
    assert traces(demo, made["_id"]) == []
    for query in ("", "search=ada", "tags=vip", "status=active"):
        assert demo("GET", f"/api/v1/customers?{query}").json()["pagination"]["total"] == 0
    assert demo("DELETE", f"/api/v1/customers/{made['_id']}").status == 404


def test_its_calls_and_conversations_stay_and_the_next_call_makes_a_new_customer(demo: Client) -> None:
    call = demo.call(demo.place("+15005550001")["callId"])
    assert demo("DELETE", f"/api/v1/customers/{call['customerId']}").status == 200
    assert demo.call(call["callId"])["conversationId"] == call["conversationId"]
    assert demo("GET", f"/api/v1/conversations/{call['conversationId']}").status == 200
    again = demo.call(demo.place("+15005550001")["callId"])
    assert again["customerId"] != call["customerId"]


def test_no_conversation_can_be_opened_with_who_is_gone(demo: Client) -> None:
    customer_id = make_conversation(demo)["customerId"]
    demo("DELETE", f"/api/v1/customers/{customer_id}")
    before = contents(demo.stack)
    assert demo("POST", "/api/v1/conversations", json={"customerId": customer_id}).status == 404
    assert contents(demo.stack) == before


def test_another_workspaces_customer_is_not_found(demo: Client, other: Client) -> None:
    made = make_customer(demo)
    before = contents(demo.stack)
    for customer_id in (made["_id"], UNKNOWN):
        assert other("DELETE", f"/api/v1/customers/{customer_id}").status == 404
    assert contents(demo.stack) == before
