"""Limits: those of groups of endpoints, and what becomes of them while the database is down."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.local.aws_request import AwsRequest
from infra.local.model import Function
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import bare
from tandem.entry.endpoint import Endpoint
from tests.integration.api_keys import KEYS, begin_a_minute, change, make, use
from tests.integration.conftest import Client
from tests.integration.doors import DOORS, HISTORY, PLACE, UNKNOWN_CALL, key_item, leap, make_key
from tests.integration.people import log_in, owner_of

DOWN = {"kind": "fail", "service": "dynamodb"}


@endpoint("GET", "/numbers", bare, guard=key_or_session("read:analytics", limit="analytics"))
def numbers(caller: Caller) -> dict[str, int]:
    """An endpoint of a group."""
    return {"number": 1}


@endpoint("GET", "/sounds", bare, guard=key_or_session("read:recordings", limit="recordings"))
def sounds(caller: Caller) -> dict[str, int]:
    """An endpoint of another group."""
    return {"sound": 1}


def ask(one: Endpoint, credential: str) -> dict[str, Any]:
    http = {"method": "GET", "path": one.path, "sourceIp": "127.0.0.1"}
    event = {
        "version": "2.0",
        "routeKey": f"GET {one.path}",
        "rawPath": one.path,
        "rawQueryString": "",
        "headers": {"authorization": f"Bearer {credential}"},
        "requestContext": {"requestId": "r-1", "http": http, "stage": "$default"},
    }
    return one(event, None)


def times(number: int, one: Endpoint, credential: str) -> list[int]:
    return [ask(one, credential)["statusCode"] for _ in range(number)]


def test_a_group_of_endpoints_has_a_limit_of_its_own(demo: Client, stack: Stack) -> None:
    begin_a_minute(stack)
    with operating(stack):
        first = ask(numbers, demo.key)
        assert times(59, numbers, demo.key) == [200] * 59
        refused = ask(numbers, demo.key)
        assert refused["statusCode"] == 429
        assert times(31, sounds, demo.key) == [200] * 30 + [429]
    assert first["headers"]["X-RateLimit-Limit"] == "60"
    assert first["headers"]["X-RateLimit-Remaining"] == "59"
    assert first["headers"]["RateLimit-Policy"] == '"analytics";q=60;w=60'
    assert 0 < int(refused["headers"]["Retry-After"]) <= 60
    assert demo(HISTORY.method, HISTORY.path).status == 200
    leap(stack, 60)
    with operating(stack):
        assert times(2, numbers, demo.key) == [200, 200]
    counters = [name for name in key_item(stack, demo.key) if name.startswith("g")]
    assert len(counters) == 1


def test_the_keys_own_limit_holds_in_a_group_too_and_is_told_when_it_is_nearer(demo: Client, stack: Stack) -> None:
    key = make_key(stack, demo.workspace.tenant_id, rate_limit=2)
    with operating(stack):
        answers = [ask(numbers, key) for _ in range(3)]
    assert [answer["statusCode"] for answer in answers] == [200, 200, 429]
    assert [answer["headers"]["X-RateLimit-Limit"] for answer in answers] == ["2", "2", "2"]


def test_a_groups_limit_is_each_keys_own(demo: Client, stack: Stack) -> None:
    begin_a_minute(stack)
    second = make_key(stack, demo.workspace.tenant_id)
    with operating(stack):
        assert times(31, sounds, demo.key)[-1] == 429
        assert times(1, sounds, second) == [200]


def test_a_session_is_limited_by_groups_as_a_key_is(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    begin_a_minute(stack)
    with operating(stack):
        answers = [ask(sounds, ada.session["accessToken"]) for _ in range(31)]
    assert [answer["statusCode"] for answer in answers] == [200] * 30 + [429]
    assert answers[0]["headers"]["X-RateLimit-Limit"] == "30"
    assert ada("GET", "/api/auth/me").header("x-ratelimit-limit") == "5000"


def test_an_endpoint_cannot_be_of_a_group_that_has_no_limit() -> None:
    with pytest.raises(ValueError, match="no group"):
        key_or_session("read:calls", limit="anlytics")


@contextmanager
def written(stack: Stack) -> Iterator[list[str]]:
    """The partitions of the items that functions change within, by their first word."""
    found: list[str] = []

    def note(request: AwsRequest, caller: Function | None) -> None:
        if request.operation == "UpdateItem" and caller is not None:
            found.append(request.json["Key"]["pk"]["S"].partition("#")[0])

    stack.cloud.guards.append(note)
    try:
        yield found
    finally:
        stack.cloud.guards.remove(note)


def test_guard_limits_and_quota_are_one_write_and_statistics_another(demo: Client, stack: Stack) -> None:
    demo(HISTORY.method, HISTORY.path)
    with written(stack) as found:
        assert demo(HISTORY.method, HISTORY.path).status == 200
    assert found == ["KEY", "USAGE"]


READS = [door for door in DOORS if door.permission.startswith("read:")]


@pytest.mark.parametrize("door", READS, ids=str)
def test_who_may_read_goes_on_reading_while_requests_cannot_be_counted(door: Any, demo: Client, stack: Stack) -> None:
    before = demo(door.method, door.path, json=door.body)
    stack.faults.add(DOWN | {"operation": "UpdateItem"})
    during = demo(door.method, door.path, json=door.body)
    assert during.status == before.status in (200, 404)
    assert during.header("x-ratelimit-limit") == "50000"
    leap(stack, 61)
    late = demo(door.method, door.path, json=door.body)
    assert late.status == 503
    assert int(str(late.header("retry-after"))) > 0


def test_a_key_that_did_not_hold_here_is_not_let_in_while_the_database_is_down(demo: Client, stack: Stack) -> None:
    others = make_key(stack, demo.workspace.tenant_id, permissions=["read:customers"])
    assert [use(stack, key).status for key in (demo.key, others)] == [200, 403]
    stranger = make_key(stack, demo.workspace.tenant_id)
    stack.faults.add(DOWN | {"operation": "UpdateItem"})
    assert [use(stack, key).status for key in (demo.key, others, stranger)] == [200, 403, 503]


def test_a_key_that_was_refused_since_or_ends_meanwhile_is_not_let_in(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    revoked, rotated = make(ada), make(ada)
    for made in (revoked, rotated):
        assert use(stack, made["key"]).status == 200
    ada("POST", f"{KEYS}/{revoked['_id']}/revoke")
    assert use(stack, revoked["key"]).status == 401
    ada("POST", f"{KEYS}/{rotated['_id']}/rotate", json={"overlapHours": 1})
    leap(stack, 3570)
    assert use(stack, rotated["key"]).status == 200
    stack.faults.add(DOWN | {"operation": "UpdateItem"})
    assert [use(stack, made["key"]).status for made in (revoked, rotated)] == [503, 200]
    leap(stack, 31)
    assert use(stack, rotated["key"]).status == 503


def test_dialling_and_other_writes_wait_while_requests_cannot_be_counted(demo: Client, stack: Stack) -> None:
    assert demo(PLACE.method, PLACE.path, json=PLACE.body).status == 200
    stack.faults.add(DOWN | {"operation": "UpdateItem"})
    for path, body in ((PLACE.path, PLACE.body), ("/api/v1/customers", {"profile": {"firstName": "Ada"}})):
        answer = demo("POST", path, json=body)
        assert (answer.status, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
        assert int(str(answer.header("retry-after"))) > 0
    stack.faults.clear()
    assert len(demo.items("CALL#")) == 1


@pytest.mark.parametrize("operation", ["BatchGetItem", "TransactWriteItems", "*"])
def test_nobody_logs_in_while_tries_cannot_be_counted(operation: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    stack.faults.add(DOWN | {"operation": operation})
    answer = log_in(stack, ada.email, ada.password)
    assert answer.status == 503, answer.text
    assert int(str(answer.header("retry-after"))) > 0


def test_while_all_of_the_database_is_down_nothing_is_said_but_to_come_again(demo: Client, stack: Stack) -> None:
    path = f"/api/telephony/calls/{UNKNOWN_CALL}"
    assert demo("GET", path).status == 404
    stack.faults.add(DOWN | {"operation": "*"})
    answer = demo("GET", path)
    assert (answer.status, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.header("retry-after") is not None


def test_a_key_bound_to_addresses_stays_bound_while_the_database_is_down(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    assert use(stack, made["key"]).status == 200
    change(ada, made["_id"], ipWhitelist=["203.0.113.0/24"])
    assert use(stack, made["key"]).status == 403
    stack.faults.add(DOWN | {"operation": "UpdateItem"})
    assert use(stack, made["key"]).status == 503
