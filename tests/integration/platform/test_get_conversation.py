"""GET /api/v1/conversations/{id}."""

from tests.integration.conftest import Client
from tests.integration.platform.people import UNKNOWN, make_conversation


def test_a_conversation_is_shown_to_its_workspace_only(demo: Client, other: Client) -> None:
    made = make_conversation(demo)
    assert demo("GET", f"/api/v1/conversations/{made['_id']}").json() == {"success": True, "data": made}
    foreign = other("GET", f"/api/v1/conversations/{made['_id']}")
    unknown = other("GET", f"/api/v1/conversations/{UNKNOWN}")
    assert (foreign.status, unknown.status) == (404, 404)
    assert foreign.json()["error"]["message"] == unknown.json()["error"]["message"]
