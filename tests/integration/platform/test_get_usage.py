"""GET /api/v1/analytics/usage."""

from datetime import UTC, datetime

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import make_workspace, operating
from tandem.clock import now
from tandem.usage import store
from tests.integration.api_keys import use
from tests.integration.conftest import Client
from tests.integration.people import owner_of

USAGE = "/api/v1/analytics/usage"


def test_the_requests_of_all_keys_are_told_against_the_plan(demo: Client, stack: Stack) -> None:
    for kind in ("live", "test", "agents"):
        use(stack, demo.workspace.keys[kind])
    data = demo("GET", USAGE).json()["data"]
    assert data["month"] == datetime.fromtimestamp(stack.clock.now(), UTC).strftime("%Y-%m")
    assert data["totalRequests"] == 3
    assert data["requestsByEndpoint"] == {"GET /api/telephony/calls/history": 3}
    assert data["requestsByMethod"] == {"GET": 3}
    assert (data["limit"], data["isUnlimited"], data["remaining"]) == (-1, True, -1)
    assert (data["overage"], data["overagePercentage"]) == (0, 0)
    assert demo("GET", USAGE).json()["data"]["requestsByEndpoint"]["GET /api/v1/analytics/usage"] == 1


@pytest.mark.parametrize(
    ("used", "remaining", "overage", "percentage"), [(99_999, 1, 0, 0), (100_000, 0, 0, 0), (125_000, 0, 25_000, 25)]
)
def test_what_goes_beyond_the_plan_is_told(
    used: int, remaining: int, overage: int, percentage: float, stack: Stack
) -> None:
    workspace = make_workspace(stack, "small", plan="starter")
    with operating(stack):
        store.add(workspace.tenant_id, "some-key", now(), {"r:GET /": used})
    data = use(stack, workspace.keys["live"], USAGE).json()["data"]
    assert (data["limit"], data["isUnlimited"]) == (100_000, False)
    assert (data["remaining"], data["overage"], data["overagePercentage"]) == (remaining, overage, percentage)


def test_what_others_did_and_other_months_are_not_told(demo: Client, other: Client) -> None:
    other("GET", "/api/v1/customers")
    assert demo("GET", USAGE).json()["data"]["totalRequests"] == 0
    assert demo("GET", USAGE, query={"month": "2025-01"}).json()["data"]["totalRequests"] == 0
    assert demo("GET", USAGE, query={"month": "25-01"}).status == 422


def test_a_person_may_look_as_well(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    use(stack, workspace.keys["live"])
    for _ in range(2):  # their own requests are not those of keys
        assert ada("GET", USAGE).json()["data"]["totalRequests"] == 1


def test_statistics_that_cannot_be_written_do_not_spoil_an_answer(demo: Client, stack: Stack) -> None:
    fault = {"kind": "fail", "service": "dynamodb", "operation": "UpdateItem", "function": "PlatformListCustomers"}
    demo("GET", "/api/v1/customers")
    stack.faults.add(fault)
    assert demo("GET", "/api/v1/customers").status == 200
    stack.faults.clear()
    assert demo("GET", USAGE).json()["data"]["totalRequests"] == 1
