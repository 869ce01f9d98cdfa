"""POST /api/tenant/api-keys."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.local.gateway import Request
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.errors import Forbidden
from tandem.ids import new_id
from tandem.keys import administration
from tandem.keys.models import is_well_formed
from tandem.keys.shapes import ApiKeyRequest
from tandem.users.models import Role
from tests.integration.api_keys import KEYS, begin_a_minute, make, show, statuses, use
from tests.integration.conftest import Client, table_items
from tests.integration.doors import key_item, leap
from tests.integration.people import come, owner_of

HISTORY = "/api/telephony/calls/history"


def test_a_new_key_is_shown_once_and_opens_what_it_may(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, permissions=["read:calls", "read:calls"])
    secret = made.pop("key")
    assert secret.startswith("sk_live_")
    assert is_well_formed(secret)
    assert made["keyPrefix"] == "sk_live_"
    assert (made["environment"], made["permissions"], made["isActive"]) == ("production", ["read:calls"], True)
    assert made["rateLimit"] == {"requests": 50_000, "window": "1h"}
    assert made["rotationPolicy"] == {"enabled": False, "intervalDays": 90, "notifyDaysBefore": 7}
    assert (made["expiresAt"], made["lastUsedAt"], made["usageCount"], made["ipWhitelist"]) == (None, None, 0, [])
    assert show(ada, made["_id"]) == made
    assert use(stack, secret).status == 200
    assert use(stack, secret, "/api/v1/customers").status == 403


def test_a_key_for_staging_is_a_test_key(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, environment="staging")
    assert made["key"].startswith("sk_test_")
    assert made["keyPrefix"] == "sk_test_"


def test_only_the_digest_is_stored_and_the_making_is_in_the_audit_trail(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada)
    pk = f"TENANT#{workspace.tenant_id}"
    stored = json.dumps([key_item(stack, made["key"]), table_items(stack, pk)], default=str)
    assert made["_id"] in stored
    assert made["key"] not in stored
    assert made["key"][20:40] not in stored
    entry = next(item for item in table_items(stack, pk, "AUDIT#") if item["action"] == "api_key.create")
    assert (entry["actor"], entry["subject"]) == (f"user:{ada.user_id}", made["_id"])


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"permissions": []}, "permissions"),
        ({"permissions": ["read:everything"]}, "permissions.0"),
        ({"permissions": "read:calls"}, "permissions"),
        ({"environment": "moon"}, "environment"),
        ({"expiresAt": "2001-01-01"}, "expiresAt"),
        ({"expiresAt": "soon"}, "expiresAt"),
        ({"rateLimit": {"requests": 0}}, "rateLimit.requests"),
        ({"rateLimit": {"requests": 10, "window": "1d"}}, "rateLimit.window"),
        ({"rateLimit": {"requests": 50_001, "window": "1h"}}, "rateLimit.requests"),
        ({"rateLimit": {"requests": 834, "window": "1m"}}, "rateLimit.requests"),
        ({"rateLimit": {"requests": True}}, "rateLimit.requests"),
        ({"ipWhitelist": ["300.0.0.1"]}, "ipWhitelist.0"),
        ({"ipWhitelist": ["10.0.0.0/33"]}, "ipWhitelist.0"),
        ({"ipWhitelist": ["10.0.0.1"] * 51}, "ipWhitelist"),
        ({"rotationPolicy": {"intervalDays": 5, "notifyDaysBefore": 5}}, "rotationPolicy"),
        ({"rotationPolicy": {"interval_days": 5}}, "rotationPolicy.interval_days"),
        ({"tenantId": "x"}, "tenantId"),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_told_with_its_field(fields: dict[str, Any], field: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", KEYS, json={"name": "ci", "permissions": ["read:calls"], **fields})
    assert answer.status == 422, answer.text
    assert field in [each["field"] for each in answer.json()["error"]["details"]["fields"]]
    assert ada("GET", KEYS).json()["data"]["total"] == 3


def test_it_takes_a_name_and_permissions(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", KEYS, json={})
    assert answer.status == 422
    assert {each["field"] for each in answer.json()["error"]["details"]["fields"]} == {"name", "permissions"}


def test_a_key_holds_until_it_expires(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    end = datetime.fromtimestamp(stack.clock.now() + 3600, UTC)
    made = make(ada, expiresAt=end.isoformat())
    assert use(stack, made["key"]).status == 200
    leap(stack, 3601)
    answer = use(stack, made["key"])
    assert (answer.status, answer.json()["code"]) == (401, "API_KEY_EXPIRED")


def test_a_day_as_expiry_includes_that_day(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert make(ada, expiresAt="2030-02-28")["expiresAt"] == "2030-03-01T00:00:00.000Z"


def test_a_limit_of_its_own_is_exact_and_takes_one_write_once_it_is_known(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, rateLimit={"requests": 3, "window": "1m"})
    assert made["rateLimit"] == {"requests": 3, "window": "1m"}
    begin_a_minute(stack)
    assert use(stack, made["key"]).header("x-ratelimit-limit") == "3"
    with stack.count_requests() as counted:
        assert statuses(stack, made["key"], 3) == [200, 200, 429]
    assert counted.total(operation="UpdateItem") == 5  # three for the guard, two for the statistics
    leap(stack, 60)
    assert statuses(stack, made["key"], 1) == [200]


def from_address(stack: Stack, key: str, address: str, **headers: str) -> int:
    fields = (("x-api-key", key), *headers.items())
    return stack.handle(Request("GET", HISTORY, "", fields, b"", source_ip=address)).status


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        (["203.0.113.0/24"], "203.0.113.77", 200),
        (["203.0.113.0/24"], "203.0.114.1", 403),
        (["203.0.113.5"], "203.0.113.5", 200),
        (["203.0.113.5"], "203.0.113.6", 403),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["2001:db8::/32"], "2001:db8:1::1", 200),
        (["2001:db8::/32"], "2001:db9::1", 403),
        (["2001:db8::/32"], "203.0.113.9", 403),
        (["2001:db8::/32", "203.0.113.8/30"], "203.0.113.9", 200),
        ([], "198.51.100.1", 200),
    ],
)
def test_a_key_is_used_from_its_networks_only(allowed: list[str], address: str, status: int, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    key = make(ada, ipWhitelist=allowed)["key"]
    assert from_address(stack, key, address) == status


def test_no_header_makes_an_address_another_one(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    key = make(ada, ipWhitelist=["203.0.113.5"])["key"]
    claims = {"x-forwarded-for": "203.0.113.5", "x-real-ip": "203.0.113.5", "forwarded": "for=203.0.113.5"}
    assert from_address(stack, key, "198.51.100.1", **claims) == 403


def test_who_uses_a_key_from_elsewhere_does_not_use_it_up(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, ipWhitelist=["203.0.113.5"], rateLimit={"requests": 2})
    assert [from_address(stack, made["key"], "198.51.100.1") for _ in range(4)] == [403] * 4
    assert [from_address(stack, made["key"], "203.0.113.5") for _ in range(3)] == [200, 200, 429]
    assert show(ada, made["_id"])["usageCount"] == 2


def test_networks_are_shown_in_canonical_form_each_once(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, ipWhitelist=["203.0.113.5/24", "203.0.113.0/24", "2001:DB8:0::1"])
    assert made["ipWhitelist"] == ["203.0.113.0/24", "2001:db8::1/128"]


def test_only_owners_and_admins_make_keys(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    body = {"name": "ci", "permissions": ["read:calls"]}
    for email, role, status in (("m@acme.example", "member", 403), ("a@acme.example", "admin", 201)):
        ada.invite(email, role=role)
        assert come(stack, email)("POST", KEYS, json=body).status == status


def test_nobody_gives_a_key_what_they_lack_themselves(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    wanted = ApiKeyRequest.model_validate({"name": "ci", "permissions": ["read:calls", "webhook:manage"]})
    with operating(stack), pytest.raises(Forbidden) as refused:
        administration.create(workspace.tenant_id, wanted, key_id=new_id(), actor="user:x", own=Role.MEMBER.permissions)
    assert refused.value.details == {"required": ["webhook:manage"]}


def test_a_key_makes_no_keys(demo: Client) -> None:
    answer = demo("POST", KEYS, json={"name": "ci", "permissions": ["read:calls"]})
    assert (answer.status, answer.json()["code"]) == (403, "PERMISSION_DENIED")
    assert answer.header("x-ratelimit-remaining") is not None


def test_a_workspace_has_a_hundred_keys_at_most(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    for _ in range(97):
        make(ada)
    answer = ada("POST", KEYS, json={"name": "ci", "permissions": ["read:calls"]})
    assert (answer.status, answer.json()["code"]) == (409, "CONFLICT")
    listed = ada("GET", KEYS, query={"limit": 100}).json()["data"]
    assert (len(listed["keys"]), listed["totalPages"]) == (100, 1)


def test_a_key_can_do_everything_with_webhooks_by_one_word(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert make(ada, permissions=["webhook:manage"])["permissions"] == ["webhook:manage"]
