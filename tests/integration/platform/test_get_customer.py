"""GET /api/v1/customers/{id}."""

from tests.integration.conftest import Client
from tests.integration.platform.people import UNKNOWN, make_customer


def test_a_customer_is_shown_to_its_workspace_only(demo: Client, other: Client) -> None:
    made = make_customer(demo)
    assert demo("GET", f"/api/v1/customers/{made['_id']}").json() == {"success": True, "data": made}
    foreign, unknown = other("GET", f"/api/v1/customers/{made['_id']}"), other("GET", f"/api/v1/customers/{UNKNOWN}")
    assert (foreign.status, unknown.status) == (404, 404)
    assert foreign.json()["error"]["message"] == unknown.json()["error"]["message"]
