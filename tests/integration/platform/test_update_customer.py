"""PUT and PATCH /api/v1/customers/{id}."""

from typing import Any

import pytest

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import UNKNOWN, make_customer, told

both = pytest.mark.parametrize("method", ["PUT", "PATCH"])


def change(client: Client, customer_id: str, method: str = "PATCH", **fields: Any) -> dict[str, Any]:
    response = client(method, f"/api/v1/customers/{customer_id}", json=fields)
    assert response.status == 200, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


@both
def test_what_is_named_changes_and_the_rest_stays(method: str, demo: Client) -> None:
    fields = {"tags": ["a"], "tier": "gold", "customFields": {"plan": "pro", "seats": 1}}
    made = make_customer(demo, fields, firstName="Ada", lastName="Obi", phone="+2348012345678")
    changed = change(demo, made["_id"], method, profile={"lastName": None, "company": "Acme"}, status="archived")
    expected = {**made["profile"], "lastName": None, "company": "Acme"}
    assert changed == {**made, "profile": expected, "status": "archived", "updatedAt": changed["updatedAt"]}
    assert changed["updatedAt"] > made["updatedAt"]
    assert [name for name, _ in told(demo, made["_id"])] == ["customer.created", "customer.updated"]
    assert told(demo, made["_id"])[1][1] == changed == demo("GET", f"/api/v1/customers/{made['_id']}").json()["data"]


def test_custom_fields_change_one_by_one_and_tags_together(demo: Client) -> None:
    made = make_customer(demo, {"tags": ["a", "b"], "customFields": {"plan": "pro", "seats": 1}})
    changed = change(demo, made["_id"], tags=["c"], customFields={"seats": None, "since": "2024"})
    assert (changed["tags"], changed["customFields"]) == (["c"], {"plan": "pro", "since": "2024"})


@pytest.mark.parametrize("body", [{}, {"tier": None}, {"profile": {}}, {"profile": {"firstName": "Ada"}}])
def test_a_change_of_nothing_leaves_no_trace(body: dict[str, Any], demo: Client) -> None:
    made = make_customer(demo)
    before = contents(demo.stack)
    assert change(demo, made["_id"], **body) == made
    assert contents(demo.stack) == before


def test_a_customer_is_found_by_what_it_is_now(demo: Client) -> None:
    made = make_customer(demo, {"tags": ["old"]}, firstName="Ada", phone="+2348012345678")
    change(demo, made["_id"], profile={"firstName": "Eve", "phone": "+2348099999999"}, tags=["new"], status="inactive")

    def found(query: str) -> int:
        total: int = demo("GET", f"/api/v1/customers?{query}").json()["pagination"]["total"]
        return total

    for query in ("search=ada", "search=%2B23480123", "tags=old", "status=active"):
        assert found(query) == 0, query
    for query in ("search=eve", "search=%2B23480999", "tags=new", "status=inactive", ""):
        assert found(query) == 1, query
    assert make_customer(demo, phone="+2348012345678")["_id"] != made["_id"]


def test_a_telephone_number_of_another_customer_is_refused(demo: Client) -> None:
    first = make_customer(demo, phone="+2348012345678")
    second = make_customer(demo, phone="+2348099999999")
    before = contents(demo.stack)
    response = demo("PATCH", f"/api/v1/customers/{second['_id']}", json={"profile": {"phone": "+2348012345678"}})
    assert response.status == 409
    assert response.json()["error"]["details"]["customerId"] == first["_id"]
    assert contents(demo.stack) == before


@pytest.mark.parametrize(
    ("body", "field"),
    [({"profile": {"firstName": None}}, "profile"), ({"customFields": {"b": "y" * 9000}}, "customFields")],
)
def test_a_change_after_which_it_could_not_stand_is_refused(body: dict[str, Any], field: str, demo: Client) -> None:
    made = make_customer(demo, {"customFields": {"a": "x" * 9000}})
    before = contents(demo.stack)
    response = demo("PUT", f"/api/v1/customers/{made['_id']}", json=body)
    assert response.status == 422
    assert [place["field"] for place in response.json()["error"]["details"]["fields"]] == [field]
    assert contents(demo.stack) == before


@both
def test_another_workspaces_customer_is_not_found(method: str, demo: Client, other: Client) -> None:
    made = make_customer(demo)
    before = contents(demo.stack)
    for customer_id in (made["_id"], UNKNOWN):
        response = other(method, f"/api/v1/customers/{customer_id}", json={"tier": "gold"})
        assert (response.status, response.json()["error"]["message"]) == (404, "No such customer.")
    assert contents(demo.stack) == before
