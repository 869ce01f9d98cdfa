"""POST /api/v1/organizations."""

import pytest

from infra.local.stack import Stack
from tandem.users.models import MOST_ORGANIZATIONS
from tests.integration.conftest import table_items
from tests.integration.doors import contents
from tests.integration.people import come, owner_of

PATH = "/api/v1/organizations"


def test_who_makes_an_organization_owns_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", PATH, json={"name": "Second"})
    assert answer.status == 201
    body = answer.json()
    made = body["data"]
    assert body["success"] is True
    assert body["meta"]["request_id"] == answer.header("x-request-id")
    assert {name: made[name] for name in ("name", "role", "plan")} == {
        "name": "Second",
        "role": "owner",
        "plan": "starter",
    }
    assert made["joined_at"].endswith("Z")
    people = ada("GET", "/api/v1/users", headers={"x-organization-id": made["id"]}).json()["data"]
    assert [(one["id"], one["role"], one["status"]) for one in people] == [(ada.user_id, "owner", "active")]


def test_it_starts_empty_and_apart_from_the_first(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada("POST", "/api/v1/customers", json={"profile": {"firstName": "Grace"}})
    second = ada("POST", PATH, json={"name": "Second"}).json()["data"]["id"]
    there = ada("GET", "/api/v1/customers", headers={"x-organization-id": second}).json()
    assert there["pagination"]["total"] == 0
    assert ada("GET", "/api/v1/customers").json()["pagination"]["total"] == 1


def test_a_member_of_one_may_own_another(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    grace = come(stack, "grace@acme.example")
    assert grace("POST", PATH, json={"name": "Hers"}).json()["data"]["role"] == "owner"
    roles = {one["name"]: one["role"] for one in grace("GET", PATH).json()["data"]}
    assert roles == {"acme": "member", "Hers": "owner"}


def test_webhooks_and_the_audit_trail_are_told(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    second = ada("POST", PATH, json={"name": "Second"}).json()["data"]["id"]
    (event,) = table_items(stack, f"TENANT#{second}", "EVENT#")
    assert (event["type"], event["subject"]) == ("user.created", ada.user_id)
    (entry,) = table_items(stack, f"TENANT#{second}", "AUDIT#")
    assert entry["actor"] == f"user:{ada.user_id}"


def test_a_person_belongs_to_a_limited_number_of_organizations(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answers = [ada("POST", PATH, json={"name": f"No. {number}"}) for number in range(1, MOST_ORGANIZATIONS + 1)]
    assert {answer.status for answer in answers[:-1]} == {201}
    assert (answers[-1].status, answers[-1].json()["details"]["code"]) == (400, "CONFLICT")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 129}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": 1}, "name"),
        ({"name": "Second", "plan": "enterprise"}, "plan"),
        ({"name": "Second", "role": "owner"}, "role"),
    ],
)
def test_a_request_that_is_not_valid_makes_nothing(stack: Stack, body: dict[str, object], named: str) -> None:
    _, ada = owner_of(stack, "acme")
    before = {key for key in contents(stack) if not key[0].startswith("LOGIN#")}
    answer = ada("POST", PATH, json=body)
    assert answer.status == 400
    assert answer.json()["success"] is False
    assert named in answer.json()["error"]
    assert {key for key in contents(stack) if not key[0].startswith("LOGIN#")} == before


def test_an_api_key_makes_none(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    headers = {"authorization": f"Bearer {workspace.keys['live']}"}
    answer = stack.request("POST", PATH, json={"name": "Second"}, headers=headers)
    assert (answer.status, answer.json()["details"]["code"]) == (403, "PERMISSION_DENIED")
