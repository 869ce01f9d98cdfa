"""GET /api/v1/organizations."""

import pytest

from infra.local.stack import Stack
from tests.integration.doors import leap
from tests.integration.people import change_role, come, owner_of, visit

PATH = "/api/v1/organizations"


def test_they_come_newest_first_span_by_span(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    ids = [workspace.tenant_id]
    for name in ("Second", "Third"):
        leap(stack, 60)
        ids.append(ada("POST", PATH, json={"name": name}).json()["data"]["id"])
    answer = ada("GET", PATH)
    assert answer.status == 200
    body = answer.json()
    assert [one["id"] for one in body["data"]] == ids[::-1]
    assert body["meta"]["pagination"] == {"total": 3, "limit": 50, "offset": 0}
    assert body["data"][2] == {
        "id": workspace.tenant_id,
        "name": "acme",
        "role": "owner",
        "plan": "enterprise",
        "joined_at": body["data"][2]["joined_at"],
    }
    part = ada("GET", f"{PATH}?limit=1&offset=1").json()
    assert [one["id"] for one in part["data"]] == [ids[1]]
    assert part["meta"]["pagination"] == {"total": 3, "limit": 1, "offset": 1}
    assert ada("GET", f"{PATH}?offset=3").json()["data"] == []


def test_a_person_sees_only_where_they_belong(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    assert [one["name"] for one in ada("GET", PATH).json()["data"]] == ["acme"]
    assert [one["name"] for one in eve("GET", PATH).json()["data"]] == ["evil"]


def test_an_invitation_counts_from_the_login_after_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    grace = come(stack, "grace@acme.example")
    _, eve = owner_of(stack, "other")
    assert eve.invite("grace@acme.example", role="admin").status == 201
    assert [one["name"] for one in grace("GET", PATH).json()["data"]] == ["acme"]
    roles = {one["name"]: one["role"] for one in visit(stack, grace.email, grace.password)("GET", PATH).json()["data"]}
    assert roles == {"acme": "member", "other": "admin"}


def test_another_role_shows_at_once(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    change_role(stack, ada.user_id, workspace.tenant_id, "member")
    assert [one["role"] for one in ada("GET", PATH).json()["data"]] == ["member"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "offset=-1", "offset=x"])
def test_a_span_that_is_none_is_refused(stack: Stack, query: str) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("GET", f"{PATH}?{query}")
    assert answer.status == 400
    assert query.partition("=")[0] in answer.json()["error"]


def test_an_api_key_lists_none(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    assert stack.request("GET", PATH, headers={"x-api-key": workspace.keys["agents"]}).status == 403
    assert stack.request("GET", PATH).status == 401
