"""GET /api/v1/analytics/usage/history."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap

HISTORY = "/api/v1/analytics/usage/history"


def test_months_are_told_the_present_one_first_and_those_without_requests_too(demo: Client, stack: Stack) -> None:
    demo("GET", "/api/v1/customers")
    leap(stack, 65 * 86400)
    for _ in range(2):
        demo("GET", "/api/v1/customers")
    answer = demo("GET", HISTORY, query={"months": 6})
    data = answer.json()["data"]
    names = [each["month"] for each in data]
    assert names == sorted(names, reverse=True)
    assert len(names) == 6
    totals = [each["totalRequests"] for each in data]
    assert totals[0] == 2
    assert sum(totals) == 3
    assert totals.index(1) in (2, 3)
    assert data[1] == data[1] | {"totalRequests": 0, "requestsByEndpoint": {}, "limit": -1, "isUnlimited": True}


def test_it_is_a_year_unless_told_otherwise(demo: Client) -> None:
    assert len(demo("GET", HISTORY).json()["data"]) == 12
    assert len(demo("GET", HISTORY, query={"months": 24}).json()["data"]) == 24


@pytest.mark.parametrize("months", ["0", "25", "-1", "x", "1.5"])
def test_other_numbers_of_months_are_refused(months: str, demo: Client) -> None:
    assert demo("GET", HISTORY, query={"months": months}).status == 422


def test_what_others_did_is_not_told(demo: Client, other: Client) -> None:
    other("GET", "/api/v1/customers")
    assert sum(each["totalRequests"] for each in demo("GET", HISTORY).json()["data"]) == 0


def test_a_month_is_forgotten_after_two_years(demo: Client, stack: Stack) -> None:
    demo("GET", "/api/v1/customers")
    leap(stack, 770 * 86400)
    stack.settle()
    assert sum(each["totalRequests"] for each in demo("GET", HISTORY, query={"months": 24}).json()["data"]) == 0
