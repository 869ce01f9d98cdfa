"""PATCH and PUT /api/tenant/api-keys/{key_id}."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, begin_a_minute, change, make, show, statuses, use
from tests.integration.people import come, owner_of


def test_what_is_named_changes_and_the_rest_stays(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    before = make(ada, ipWhitelist=["10.0.0.0/8"])
    for method, fields in (("PATCH", {"name": "new"}), ("PUT", {"permissions": ["read:customers", "read:agents"]})):
        assert ada(method, f"{KEYS}/{before['_id']}", json=fields).status == 200
    after = show(ada, before["_id"])
    assert (after["name"], after["permissions"]) == ("new", ["read:agents", "read:customers"])
    same = ("_id", "ipWhitelist", "createdAt", "environment", "rateLimit", "rotatedAt")
    assert [after[field] for field in same] == [before[field] for field in same]
    assert after["updatedAt"] >= before["updatedAt"]


def test_other_permissions_hold_from_the_next_request(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    assert use(stack, made["key"]).status == 200
    change(ada, made["_id"], permissions=["read:customers"])
    assert use(stack, made["key"]).status == 403
    assert use(stack, made["key"], "/api/v1/customers").status == 200


def test_a_key_is_switched_off_and_on(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    off = change(ada, made["_id"], isActive=False)
    assert (off["isActive"], off["status"]) == (False, "inactive")
    assert use(stack, made["key"]).json()["code"] == "API_KEY_INVALID"
    assert change(ada, made["_id"], isActive=True)["status"] == "active"
    assert use(stack, made["key"]).status == 200


def test_limits_addresses_and_expiry_are_set_and_taken_away(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    limits = {"rateLimit": {"requests": 1, "window": "1m"}, "expiresAt": "2031-01-01T00:00:00Z"}
    limited = change(ada, made["_id"], **limits, ipWhitelist=["127.0.0.0/8"])
    assert limited["rateLimit"] == limits["rateLimit"]
    assert limited["expiresAt"] == "2031-01-01T00:00:00.000Z"
    begin_a_minute(stack)
    assert statuses(stack, made["key"], 2) == [200, 429]
    free = change(ada, made["_id"], rateLimit=None, expiresAt=None, ipWhitelist=None)
    assert (free["rateLimit"], free["expiresAt"], free["ipWhitelist"]) == (made["rateLimit"], None, [])
    assert statuses(stack, made["key"], 2) == [200, 200]


def test_nothing_is_written_where_nothing_changes(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    with stack.count_requests() as counted:
        assert change(ada, made["_id"], name="ci")["updatedAt"] == made["updatedAt"]
    assert counted.total(operation="TransactWriteItems") == 0


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": None}, ""),
        ({"isActive": None}, ""),
        ({"isActive": "yes"}, "isActive"),
        ({"permissions": ["x"]}, "permissions.0"),
        ({"environment": "staging"}, "environment"),
        ({"key": "sk_live_x"}, "key"),
        ({"expiresAt": "1999-01-01"}, "expiresAt"),
        ({"rateLimit": {"requests": 999_999}}, "rateLimit.requests"),
    ],
    ids=str,
)
def test_what_breaks_a_rule_changes_nothing(fields: dict[str, Any], field: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    made.pop("key")
    answer = ada("PATCH", f"{KEYS}/{made['_id']}", json=fields)
    assert answer.status == 422, answer.text
    assert field in [each["field"] for each in answer.json()["error"]["details"]["fields"]]
    assert show(ada, made["_id"]) == made


def test_anothers_key_and_a_member_change_nothing(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make(ada)
    made.pop("key")
    ada.invite("m@acme.example")
    path = f"{KEYS}/{made['_id']}"
    assert eve("PATCH", path, json={"name": "mine"}).status == 404
    assert eve("PATCH", f"{KEYS}/{UNKNOWN}", json={"name": "mine"}).status == 404
    assert come(stack, "m@acme.example")("PATCH", path, json={"name": "mine"}).status == 403
    assert show(ada, made["_id"]) == made
