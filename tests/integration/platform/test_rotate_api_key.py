"""POST /api/tenant/api-keys/{key_id}/rotate."""

from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, make, show, statuses, use
from tests.integration.conftest import table_items
from tests.integration.doors import leap
from tests.integration.people import Visitor, come, owner_of, visit

HOUR = 3600


def rotate(who: Visitor, key_id: str, **content: Any) -> Response:
    return who("POST", f"{KEYS}/{key_id}/rotate", **content)


def test_both_keys_hold_for_a_day_and_then_the_new_one_alone(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    answer = rotate(ada, made["_id"])
    assert answer.status == 200, answer.text
    after = answer.json()["data"]
    assert after["key"] != made["key"]
    assert (after["_id"], after["permissions"]) == (made["_id"], made["permissions"])
    assert after["previousKeyExpiresAt"] > after["rotatedAt"]
    for seconds, old in ((0, 200), (24 * HOUR - 60, 200), (120, 401)):
        leap(stack, seconds)
        assert [use(stack, key).status for key in (made["key"], after["key"])] == [old, 200]
    assert use(stack, made["key"]).json()["code"] == "API_KEY_EXPIRED"
    assert show(visit(stack, ada.email, ada.password), made["_id"])["previousKeyExpiresAt"] is None


def test_the_overlap_can_be_chosen_down_to_none(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    fresh = rotate(ada, made["_id"], json={"overlapHours": 0}).json()["data"]["key"]
    assert [use(stack, key).status for key in (made["key"], fresh)] == [401, 200]


def test_limits_and_counts_are_those_of_both_together(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, rateLimit={"requests": 3})
    fresh = rotate(ada, made["_id"]).json()["data"]["key"]
    assert statuses(stack, made["key"], 2) == [200, 200]
    assert statuses(stack, fresh, 2) == [200, 429]
    assert use(stack, made["key"]).status == 429
    assert show(ada, made["_id"])["usageCount"] == 3


def test_of_three_secrets_the_first_ends_at_once(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    second, third = (rotate(ada, made["_id"]).json()["data"]["key"] for _ in range(2))
    assert [use(stack, key).status for key in (made["key"], second, third)] == [401, 200, 200]


def test_it_is_told_to_webhooks_without_the_secret(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    fresh = rotate(ada, make(ada)["_id"]).json()["data"]["key"]
    events = table_items(stack, f"TENANT#{workspace.tenant_id}", "EVENT#")
    (event,) = [event for event in events if event["type"] == "api_key.rotated"]
    assert '"previousKeyExpiresAt":"20' in event["body"]
    assert fresh[8:] not in event["body"]


@pytest.mark.parametrize("body", [{"overlapHours": -1}, {"overlapHours": 169}, {"overlapHours": "1"}, {"hours": 1}])
def test_an_overlap_that_breaks_a_rule_rotates_nothing(body: dict[str, Any], stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    assert rotate(ada, made["_id"], json=body).status == 422
    assert show(ada, made["_id"])["rotatedAt"] == made["rotatedAt"]


def test_others_do_not_rotate_it(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    made = make(ada)
    ada.invite("m@acme.example")
    assert [rotate(eve, name).status for name in (made["_id"], UNKNOWN)] == [404, 404]
    assert rotate(come(stack, "m@acme.example"), made["_id"]).status == 403
    assert show(ada, made["_id"])["rotatedAt"] == made["rotatedAt"]
