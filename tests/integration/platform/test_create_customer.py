"""POST /api/v1/customers."""

from collections import Counter

import pytest

from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.platform.people import make_customer, told

FULL = {
    "profile": {
        "firstName": "Ada",
        "lastName": "Obi",
        "email": "ada@example.com",
        "phone": "+2348012345678",
        "company": "Obi & Daughters",
        "jobTitle": "Founder",
    },
    "tier": "gold",
    "status": "inactive",
    "tags": ["vip", "lagos"],
    "customFields": {"plan": "pro", "seats": 12, "score": 0.25, "since": None, "nested": {"list": [1, None, "x"]}},
}


def test_a_customer_is_made_as_asked_and_told_of(demo: Client) -> None:
    response = demo("POST", "/api/v1/customers", json=FULL)
    assert response.status == 201
    made = response.json()["data"]
    assert made["createdAt"] == made["updatedAt"]
    assert {name: made[name] for name in FULL if name != "customFields"} == {
        name: value for name, value in FULL.items() if name != "customFields"
    }
    assert made["customFields"] == {"plan": "pro", "seats": 12, "score": 0.25, "nested": {"list": [1, None, "x"]}}
    assert told(demo, made["_id"]) == [("customer.created", made)]
    assert demo("GET", f"/api/v1/customers/{made['_id']}").json()["data"] == made


def test_what_is_not_said_has_its_default(demo: Client) -> None:
    made = make_customer(demo, company="Acme")
    assert (made["tier"], made["status"], made["tags"], made["customFields"]) == ("bronze", "active", [], {})
    nothing = dict.fromkeys(("firstName", "lastName", "email", "phone", "jobTitle"))
    assert made["profile"] == {**nothing, "company": "Acme"}


@pytest.mark.parametrize("profile", [{}, {"jobTitle": "Founder"}, {"firstName": None}])
def test_a_customer_is_somebody(profile: dict[str, str], demo: Client) -> None:
    before = contents(demo.stack)
    response = demo("POST", "/api/v1/customers", json={"profile": profile})
    assert response.status == 422
    assert [place["field"] for place in response.json()["error"]["details"]["fields"]] == ["profile"]
    assert contents(demo.stack) == before


def test_a_second_customer_with_the_same_telephone_is_refused_naming_the_first(demo: Client) -> None:
    first = make_customer(demo, phone="+2348012345678")
    before = contents(demo.stack)
    response = demo("POST", "/api/v1/customers", json={"profile": {"firstName": "Eve", "phone": "+2348012345678"}})
    assert (response.status, response.json()["code"]) == (409, "CONFLICT")
    assert response.json()["error"]["details"]["customerId"] == first["_id"]
    assert contents(demo.stack) == before


def test_two_workspaces_may_have_the_same_customer(demo: Client, other: Client) -> None:
    assert make_customer(demo, phone="+2348012345678")["_id"] != make_customer(other, phone="+2348012345678")["_id"]


def test_a_call_finds_the_customer_by_telephone(demo: Client) -> None:
    made = make_customer(demo, phone="+15005550001")
    assert demo.call(demo.place("+15005550001")["callId"])["customerId"] == made["_id"]


def test_the_first_call_makes_a_customer_that_is_told_of_and_found(demo: Client) -> None:
    customer_id = demo.call(demo.place("+15005550002")["callId"])["customerId"]
    made = demo("GET", f"/api/v1/customers/{customer_id}").json()["data"]
    assert made["profile"]["phone"] == "+15005550002"
    assert told(demo, customer_id) == [("customer.created", made)]
    listed = demo("GET", "/api/v1/customers?search=%2B1500555&status=active&tier=bronze").json()["data"]
    assert listed == [made]
    response = demo("POST", "/api/v1/customers", json={"profile": {"phone": "+15005550002"}})
    assert response.json()["error"]["details"]["customerId"] == customer_id


def test_a_customer_of_many_words_and_tags_fits_into_one_transaction(demo: Client) -> None:
    many = " ".join(f"w{number}" for number in range(33))
    tags = [f"tag {number}" for number in range(20)]
    made = make_customer(
        demo, {"tags": tags}, firstName=many[:100], lastName=many[:100].upper(), company="x " * 49 + "y"
    )
    kinds = Counter(item["kind"] for item in demo.items("INDEX#CUSTOMER#"))
    assert kinds == {"index": 24 + 20 + 2}
    other_tags = {"tags": [f"other {number}" for number in range(20)], "tier": "gold", "status": "archived"}
    profile = {"firstName": " ".join(f"v{number}" for number in range(25)), "lastName": None, "phone": "+15005550009"}
    changed = demo("PATCH", f"/api/v1/customers/{made['_id']}", json={**other_tags, "profile": profile})
    assert changed.status == 200, changed.text
    assert len(demo.items("INDEX#CUSTOMER#")) == 24 + 20 + 2


def test_a_tag_given_twice_is_one(demo: Client) -> None:
    assert make_customer(demo, {"tags": ["b", "a", "b"]})["tags"] == ["b", "a"]


@pytest.mark.parametrize(
    "fields",
    [
        {"a": "x" * 16_384},
        {"": 1},
        {"x" * 65: 1},
        {str(number): number for number in range(51)},
        {"a": "\ud800"},
        [],
        "x",
    ],
    ids=["too large", "no name", "too long a name", "too many", "a lone surrogate", "an array", "text"],
)
def test_custom_fields_that_cannot_be_kept_are_refused(fields: object, demo: Client) -> None:
    before = contents(demo.stack)
    response = demo("POST", "/api/v1/customers", json={"profile": {"firstName": "Ada"}, "customFields": fields})
    assert response.status == 422
    assert all("customFields" in place["field"] for place in response.json()["error"]["details"]["fields"])
    assert contents(demo.stack) == before


def test_a_number_that_json_does_not_know_is_refused(demo: Client) -> None:
    body = '{"profile": {"firstName": "Ada"}, "customFields": {"a": [1e999]}}'
    response = demo("POST", "/api/v1/customers", body=body, headers={"content-type": "application/json"})
    assert response.status == 422
