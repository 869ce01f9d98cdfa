"""POST /api/v1/api-keys."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tandem.keys.models import ALL_PERMISSIONS, is_well_formed
from tests.integration.api_keys import AGENTS_KEYS, begin_a_minute, make_agents, use
from tests.integration.people import come, owner_of


def test_a_new_key_has_all_permissions_and_a_thousand_requests_a_minute(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(ada)
    assert made["key"].startswith("va_")
    assert is_well_formed(made["key"])
    assert made["key_prefix"] == made["key"][:8]
    assert made["permissions"] == sorted(ALL_PERMISSIONS)
    assert made["rate_limit"] == {"requests": 1000, "window": "1m"}
    assert (made["is_active"], made["status"], made["usage_count"]) == (True, "active", 0)
    assert made["rotation_policy"] == {"enabled": False, "interval_days": 90, "notify_days_before": 7}
    answer = use(stack, made["key"])
    assert (answer.status, answer.header("x-ratelimit-limit")) == (200, "1000")


def test_it_can_be_given_less(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make_agents(
        ada,
        permissions=["read:calls"],
        rate_limit={"requests": 1, "window": "1m"},
        rotation_policy={"interval_days": 30, "notify_days_before": 3},
        expires_at="2031-01-01",
        ip_whitelist=["127.0.0.1"],
    )
    assert made["permissions"] == ["read:calls"]
    assert made["rotation_policy"] == {"enabled": True, "interval_days": 30, "notify_days_before": 3}
    assert (made["expires_at"], made["ip_whitelist"]) == ("2031-01-02T00:00:00.000Z", ["127.0.0.1/32"])
    begin_a_minute(stack)
    assert [use(stack, made["key"]).status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x", "permissions": ["write:everything"]}, "permissions.0"),
        ({"name": "x", "rateLimit": {}}, "rateLimit"),
        ({"name": "x", "environment": "staging"}, "environment"),
        ({"name": "x", "rotation_policy": {"intervalDays": 3}}, "rotation_policy.intervalDays"),
        ({"name": "x", "rate_limit": {"requests": 1001, "window": "1m"}}, "rateLimit.requests"),
    ],
    ids=str,
)
def test_what_breaks_a_rule_is_told_in_the_familys_shape(body: dict[str, Any], field: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", AGENTS_KEYS, json=body)
    assert answer.status == 400, answer.text
    said = answer.json()
    assert isinstance(said["error"], str)
    assert said["details"]["code"] == "VALIDATION_ERROR"
    assert field in [each["field"] for each in said["details"]["fields"]]


def test_only_owners_and_admins_make_keys_and_keys_make_none(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    ada.invite("m@acme.example")
    assert come(stack, "m@acme.example")("POST", AGENTS_KEYS, json={"name": "x"}).status == 403
    headers = {"x-api-key": workspace.keys["agents"]}
    answer = stack.request("POST", AGENTS_KEYS, json={"name": "x"}, headers=headers)
    assert (answer.status, answer.json()["error"]) == (403, "This takes a person's session, not an API key.")
    assert stack.request("POST", AGENTS_KEYS, json={"name": "x"}).status == 401


def test_a_browser_needs_the_csrf_token(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    body = {"name": "x"}
    assert ada.browse("POST", AGENTS_KEYS, json=body).status == 403
    assert ada.browse("POST", AGENTS_KEYS, json=body, proof=ada.session["csrfToken"]).status == 201
