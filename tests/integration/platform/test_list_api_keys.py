"""GET /api/tenant/api-keys."""

import pytest

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, change, make, use
from tests.integration.people import Visitor, come, owner_of


def names(who: Visitor, **query: str) -> list[str]:
    return [key["name"] for key in who("GET", KEYS, query=query).json()["data"]["keys"]]


def test_keys_are_listed_newest_first_with_totals_beside_them(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    for name in ("a", "b"):
        make(ada, name=name)
    data = ada("GET", KEYS, query={"limit": 2, "page": 2}).json()["data"]
    assert [key["name"] for key in data.pop("keys")] == ["first agents key", "first test key"]
    assert data == {"total": 5, "page": 2, "limit": 2, "totalPages": 3}
    assert names(ada)[:2] == ["b", "a"]
    assert names(ada, page="9") == []


def test_no_secret_is_listed(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada)
    text = ada("GET", KEYS).text
    assert all(key[12:] not in text for key in [made["key"], *workspace.keys.values()])
    assert '"digest"' not in text


def test_keys_are_filtered_by_environment_and_by_whether_they_open_anything(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    off = make(ada, name="off")
    change(ada, off["_id"], isActive=False)
    make(ada, name="staging", environment="staging")
    assert names(ada, environment="staging") == ["staging", "first test key"]
    assert names(ada, isActive="false") == ["off"]
    assert names(ada, isActive="true", environment="staging") == ["staging", "first test key"]
    assert "off" in names(ada, environment="production")
    assert ada("GET", KEYS, query={"isActive": "true"}).json()["data"]["total"] == 4


def test_a_key_tells_when_it_was_last_used_and_how_often(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    for _ in range(3):
        use(stack, made["key"])
    shown = next(key for key in ada("GET", KEYS).json()["data"]["keys"] if key["_id"] == made["_id"])
    assert (shown["usageCount"], shown["currentMonthRequests"]) == (3, 3)
    assert shown["lastUsedAt"] >= made["createdAt"][:19]


@pytest.mark.parametrize("query", [{"limit": "101"}, {"page": "0"}, {"isActive": "maybe"}, {"environment": "x"}])
def test_a_bad_filter_is_refused(query: dict[str, str], stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert ada("GET", KEYS, query=query).status == 422


def test_every_member_sees_the_keys_of_their_own_organization_only(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    make(eve, name="theirs")
    ada.invite("m@acme.example")
    assert "theirs" not in names(come(stack, "m@acme.example"))
    assert "theirs" in names(eve)


def test_a_key_cannot_list_keys(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    assert use(stack, workspace.keys["live"], KEYS).status == 403
