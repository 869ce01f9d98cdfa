"""GET /api/tenant/api-keys/{key_id}/usage."""

import pytest

from infra.local.stack import Stack
from tests.integration.api_keys import KEYS, UNKNOWN, make, use
from tests.integration.doors import leap
from tests.integration.people import owner_of, visit


def test_requests_are_told_by_endpoint_method_and_outcome(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made, idle = make(ada, permissions=["read:calls", "write:customers"]), make(ada)
    for path in ("/api/telephony/calls/history", "/api/telephony/calls/history?limit=101", "/api/v1/customers"):
        use(stack, made["key"], path)
    use(stack, made["key"], f"/api/telephony/calls/{UNKNOWN}")
    body = {"profile": {"firstName": "Ada"}}
    stack.request("POST", "/api/v1/customers", json=body, headers={"x-api-key": made["key"]})
    use(stack, made["key"], f"{KEYS}/{made['_id']}")
    data = ada("GET", f"{KEYS}/{made['_id']}/usage").json()["data"]
    assert data["requestsByEndpoint"] == {
        "GET /api/telephony/calls/history": 2,
        "GET /api/telephony/calls/{call_id}": 1,
        "GET /api/tenant/api-keys/{key_id}": 1,
        "GET /api/v1/customers": 1,
        "POST /api/v1/customers": 1,
    }
    assert data["requestsByMethod"] == {"GET": 5, "POST": 1}
    counts = [data[name] for name in ("totalRequests", "successfulRequests", "failedRequests", "errorRate")]
    assert counts == [6, 2, 4, 66.67]
    assert 0 < data["p50ResponseTime"] <= data["p95ResponseTime"] <= data["p99ResponseTime"]
    assert ada("GET", f"{KEYS}/{idle['_id']}/usage").json()["data"]["totalRequests"] == 0


def test_each_month_is_told_apart(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada)
    path = f"{KEYS}/{made['_id']}/usage"
    first = ada("GET", path).json()["data"]["month"]
    use(stack, made["key"])
    leap(stack, 32 * 86400)
    use(stack, made["key"])
    use(stack, made["key"])
    ada = visit(stack, ada.email, ada.password)
    assert ada("GET", path).json()["data"]["totalRequests"] == 2
    before = ada("GET", path, query={"month": first}).json()["data"]
    assert (before["month"], before["totalRequests"]) == (first, 1)


def test_requests_that_no_key_was_let_in_for_are_not_counted(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    made = make(ada, rateLimit={"requests": 1})
    assert [use(stack, made["key"]).status for _ in range(3)] == [200, 429, 429]
    assert ada("GET", f"{KEYS}/{made['_id']}/usage").json()["data"]["totalRequests"] == 1


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "202611", "2026-00", "x", "2026-11-01"])
def test_what_is_no_month_is_refused(month: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert ada("GET", f"{KEYS}/{make(ada)['_id']}/usage", query={"month": month}).status == 422


def test_anothers_key_is_as_unknown_as_none(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    theirs = make(ada)
    use(stack, theirs["key"])
    assert [eve("GET", f"{KEYS}/{name}/usage").status for name in (theirs["_id"], UNKNOWN)] == [404, 404]
