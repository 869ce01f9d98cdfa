"""GET /api/v1/analytics/performance."""

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.clock import now
from tandem.usage import store
from tandem.usage.models import counters
from tests.integration.conftest import Client

PERFORMANCE = "/api/v1/analytics/performance"


def test_times_and_outcomes_of_all_keys_are_told(demo: Client, stack: Stack) -> None:
    with operating(stack):
        for number in range(1, 101):
            status = 500 if number == 100 else 404 if number > 95 else 200
            added = counters("GET /api/v1/customers", status, 10 * number)
            store.add(demo.workspace.tenant_id, f"key-{number % 3}", now(), added)
    data = demo("GET", PERFORMANCE).json()["data"]
    assert data["averageResponseTime"] == 505
    assert data["p50ResponseTime"] == pytest.approx(500, rel=0.05)
    assert data["p95ResponseTime"] == pytest.approx(950, rel=0.05)
    assert data["p99ResponseTime"] == pytest.approx(990, rel=0.05)
    numbers = [data[name] for name in ("totalRequests", "successfulRequests", "failedRequests", "errorRate")]
    assert numbers == [100, 95, 5, 5.0]


def test_a_request_is_timed(demo: Client) -> None:
    demo("GET", "/api/v1/customers")
    data = demo("GET", PERFORMANCE).json()["data"]
    assert (data["totalRequests"], data["errorRate"]) == (1, 0)
    assert 0 < data["p99ResponseTime"] < 10_000
    # One is the time to the millisecond, the other is wrong by 5 % of it at most, or by one below a millisecond.
    average, median = data["averageResponseTime"], data["p50ResponseTime"]
    assert abs(average - median) <= max(0.05 * median / 0.95 + 0.6, 1)


def test_of_a_month_without_requests_nothing_is_told_but_zeros(demo: Client, other: Client) -> None:
    other("GET", "/api/v1/customers")
    assert demo("GET", PERFORMANCE).json()["data"]["totalRequests"] == 0
    data = demo("GET", PERFORMANCE, query={"month": "2025-02"}).json()["data"]
    assert data.pop("month") == "2025-02"
    assert set(data.values()) == {0}
    assert demo("GET", PERFORMANCE, query={"month": "soon"}).status == 422
