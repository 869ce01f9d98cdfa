"""PATCH /api/v1/organizations/{organization_id}."""

import pytest

from infra.local.stack import Stack
from tandem.ids import new_id
from tests.integration.conftest import table_items
from tests.integration.people import change_role, come, owner_of

PATH = "/api/v1/organizations"


def test_it_is_called_otherwise_from_then_on(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    answer = ada("PATCH", f"{PATH}/{workspace.tenant_id}", json={"name": "Acme & Söhne"})
    assert answer.status == 200
    renamed = answer.json()["data"]
    assert (renamed["id"], renamed["name"], renamed["role"]) == (workspace.tenant_id, "Acme & Söhne", "owner")
    assert ada("GET", PATH).json()["data"] == [renamed]
    assert ada("GET", "/api/auth/me").json()["data"]["organization"]["name"] == "Acme & Söhne"
    trail = table_items(stack, f"TENANT#{workspace.tenant_id}", "AUDIT#")
    assert [entry["actor"] for entry in trail if entry["action"] == "organization.rename"] == [f"user:{ada.user_id}"]


def test_it_may_be_another_than_that_of_the_session(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    second = ada("POST", PATH, json={"name": "Second"}).json()["data"]["id"]
    assert ada("PATCH", f"{PATH}/{second}", json={"name": "2nd"}).json()["data"]["name"] == "2nd"
    assert {one["name"] for one in ada("GET", PATH).json()["data"]} == {"acme", "2nd"}


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("admin", 200), ("member", 403)])
def test_owners_and_admins_rename_it(stack: Stack, role: str, status: int) -> None:
    workspace, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example", role=role)
    grace = come(stack, "grace@acme.example")
    assert grace("PATCH", f"{PATH}/{workspace.tenant_id}", json={"name": "Grace & Co."}).status == status
    (seen,) = ada("GET", PATH).json()["data"]
    assert (seen["name"] == "Grace & Co.") == (status == 200)


def test_anothers_organization_is_as_unknown_as_one_that_does_not_exist(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    answers = [eve("PATCH", f"{PATH}/{one}", json={"name": "Evil"}) for one in (workspace.tenant_id, new_id(), "x")]
    assert [answer.status for answer in answers] == [404] * 3
    told = [(answer.json()["error"], answer.json()["details"]) for answer in answers]
    assert told[0] == told[1] == told[2]
    assert [one["name"] for one in ada("GET", PATH).json()["data"]] == ["acme"]


def test_who_left_or_has_not_come_yet_renames_nothing(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    other, eve = owner_of(stack, "other")
    ada.invite(eve.email, role="owner")
    assert eve("PATCH", f"{PATH}/{workspace.tenant_id}", json={"name": "Mine"}).status == 404
    change_role(stack, eve.user_id, other.tenant_id, None)
    assert eve("PATCH", f"{PATH}/{other.tenant_id}", json={"name": "Mine"}).status == 404


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": ""}, {"name": "x" * 129}, {"name": "x", "plan": "y"}])
def test_a_name_that_is_none_changes_nothing(stack: Stack, body: dict[str, object]) -> None:
    workspace, ada = owner_of(stack, "acme")
    answer = ada("PATCH", f"{PATH}/{workspace.tenant_id}", json=body)
    assert (answer.status, answer.json()["details"]["code"]) == (400, "VALIDATION_ERROR")
    assert [one["name"] for one in ada("GET", PATH).json()["data"]] == ["acme"]


def test_an_api_key_renames_nothing(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    headers = {"authorization": f"Bearer {workspace.keys['live']}"}
    answer = stack.request("PATCH", f"{PATH}/{workspace.tenant_id}", json={"name": "Key"}, headers=headers)
    assert answer.status == 403
