"""GET /api/v1/users."""

import pytest

from infra.local.stack import Stack
from tests.integration.doors import leap
from tests.integration.people import change_role, come, owner_of

PATH = "/api/v1/users"


def test_members_and_invited_people_come_newest_first(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    leap(stack, 60)
    ada.invite("grace@acme.example", name="Grace", role="admin")
    grace = come(stack, "grace@acme.example")
    leap(stack, 60)
    ada.invite("joan@acme.example")
    answer = grace("GET", PATH)
    assert answer.status == 200
    body = answer.json()
    assert [(one["email"], one["name"], one["role"], one["status"]) for one in body["data"]] == [
        ("joan@acme.example", None, "member", "invited"),
        ("grace@acme.example", "Grace", "admin", "active"),
        ("owner@acme.example", None, "owner", "active"),
    ]
    assert body["data"][1]["id"] == grace.user_id
    assert set(body["data"][0]) == {"id", "email", "name", "role", "status", "joined_at"}
    assert body["meta"]["pagination"] == {"total": 3, "limit": 50, "offset": 0}
    part = ada("GET", f"{PATH}?limit=1&offset=2").json()
    assert [one["id"] for one in part["data"]] == [ada.user_id]
    assert part["meta"]["pagination"] == {"total": 3, "limit": 1, "offset": 2}


def test_members_see_them_too(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    assert come(stack, "grace@acme.example")("GET", PATH).json()["meta"]["pagination"]["total"] == 2


def test_people_of_another_organization_are_not_seen(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    workspace, eve = owner_of(stack, "evil")
    assert [one["id"] for one in ada("GET", PATH).json()["data"]] == [ada.user_id]
    asked = ada("GET", PATH, headers={"x-organization-id": workspace.tenant_id})
    assert asked.status == 404
    assert eve.email not in asked.text


def test_who_was_removed_sees_nobody_from_then_on(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    grace = come(stack, "grace@acme.example")
    change_role(stack, grace.user_id, workspace.tenant_id, None)
    assert grace("GET", PATH).status == 404
    assert [one["id"] for one in ada("GET", PATH).json()["data"]] == [ada.user_id]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1"])
def test_a_span_that_is_none_is_refused(stack: Stack, query: str) -> None:
    _, ada = owner_of(stack, "acme")
    assert ada("GET", f"{PATH}?{query}").status == 400


def test_an_api_key_sees_nobody(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    answer = stack.request("GET", PATH, headers={"x-api-key": workspace.keys["live"]})
    assert answer.status == 403
    assert ada.email not in answer.text
    assert stack.request("GET", PATH).status == 401
