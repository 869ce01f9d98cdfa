"""Every hour: the secrets of API keys."""

import json
from typing import Any

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, change, make, show, use
from tests.integration.conftest import table_items
from tests.integration.doors import leap
from tests.integration.people import Visitor, owner_of, visit

DAY = 86400
POLICY = {"intervalDays": 30, "notifyDaysBefore": 7}


def later(stack: Stack, days: float) -> None:
    leap(stack, days * DAY)
    stack.run_schedule("WorkersRunKeyRotation")


def told(stack: Stack, tenant_id: str) -> list[dict[str, Any]]:
    events = table_items(stack, f"TENANT#{tenant_id}", "EVENT#")
    return [json.loads(event["body"])["data"] for event in events if event["type"] == "api_key.rotation_due"]


def again(stack: Stack, who: Visitor) -> Visitor:
    return visit(stack, who.email, who.password)


def test_a_secret_that_grows_old_is_announced_once_and_goes_on(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada, rotationPolicy=POLICY)
    later(stack, 22.9)
    assert told(stack, workspace.tenant_id) == []
    for _ in range(3):
        later(stack, 0.2)
    (notice,) = told(stack, workspace.tenant_id)
    assert (notice["_id"], notice["expiresAt"]) == (made["_id"], None)
    assert notice["rotationDueAt"] == made["rotationDueAt"]
    assert use(stack, made["key"]).status == 200


def test_a_secret_that_nobody_replaced_has_one_more_day(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada, rotationPolicy=POLICY)
    later(stack, 24)
    later(stack, 6.1)
    assert use(stack, made["key"]).status == 200
    notice = told(stack, workspace.tenant_id)[-1]
    assert len(told(stack, workspace.tenant_id)) == 2
    shown = show(again(stack, ada), made["_id"])
    assert shown["expiresAt"] == notice["expiresAt"] is not None
    later(stack, 1.01)
    refused = use(stack, made["key"])
    assert (refused.status, refused.json()["code"]) == (401, "API_KEY_EXPIRED")
    assert show(again(stack, ada), made["_id"])["status"] == "expired"
    assert len(told(stack, workspace.tenant_id)) == 2


def test_who_comes_late_still_gets_a_new_secret_and_a_new_interval(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, rotationPolicy=POLICY)
    later(stack, 24)
    later(stack, 7)
    later(stack, 2)
    fresh = again(stack, ada)("POST", f"{KEYS}/{made['_id']}/rotate").json()["data"]
    assert [use(stack, key).status for key in (made["key"], fresh["key"])] == [401, 200]
    assert fresh["expiresAt"] is None
    later(stack, 20)
    assert use(stack, fresh["key"]).status == 200


def test_who_rotates_in_time_hears_no_more_until_the_next_time(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada, rotationPolicy=POLICY)
    later(stack, 24)
    fresh = again(stack, ada)("POST", f"{KEYS}/{made['_id']}/rotate").json()["data"]
    later(stack, 8)
    assert len(told(stack, workspace.tenant_id)) == 1
    assert use(stack, fresh["key"]).status == 200
    later(stack, 16)
    assert len(told(stack, workspace.tenant_id)) == 2


def test_without_a_policy_or_with_a_key_that_is_off_nothing_happens(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    free, off, revoked, gone = (make(ada, rotationPolicy=POLICY) for _ in range(4))
    change(ada, free["_id"], rotationPolicy=None)
    change(ada, off["_id"], isActive=False)
    ada("POST", f"{KEYS}/{revoked['_id']}/revoke")
    ada("DELETE", f"{KEYS}/{gone['_id']}")
    later(stack, 40)
    assert told(stack, workspace.tenant_id) == []
    assert use(stack, free["key"]).status == 200


def test_a_policy_without_a_notice_still_gives_a_day(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    made = make(ada, rotationPolicy={"intervalDays": 1, "notifyDaysBefore": 0})
    later(stack, 1.1)
    assert [notice["expiresAt"] is not None for notice in told(stack, workspace.tenant_id)] == [True]
    assert use(stack, made["key"]).status == 200


def test_one_that_fails_does_not_hold_up_the_others_and_is_done_next_time(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    for _ in range(2):
        make(ada, rotationPolicy=POLICY)
    fault = {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "times": 3}
    stack.faults.add(fault | {"function": "WorkersRunKeyRotation"})
    later(stack, 24)
    assert len(told(stack, workspace.tenant_id)) == 1
    later(stack, 0.1)
    assert len(told(stack, workspace.tenant_id)) == 2
