"""GET /api/v1/calls/{call_id}/live."""

import base64
from pathlib import Path

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.live.models import described
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL
from tests.integration.live.listening import Line

ROOT = Path(__file__).parents[3]


def test_it_tells_where_to_listen_as_printed(demo: Client) -> None:
    call_id = demo.place()["callId"]
    data = demo("GET", f"/api/v1/calls/{call_id}/live").json()["data"]
    url = f"ws://localhost:3001/ws/calls/{call_id}"
    token = data.pop("temp_token")
    assert len(base64.urlsafe_b64decode(token)) == 33
    assert data == {
        "websocket_url": url,
        "call_id": call_id,
        "connection_info": {
            "url": url,
            "auth_method": "query_param",
            "auth_param": "api_key",
            "temp_auth_param": "session_token",
            "example": f"{url}?api_key=YOUR_API_KEY",
            "example_session": f"{url}?session_token={token}",
            "message_format": "json",
            "message_types": ["connected", "transcript_update", "call_status_update", "error"],
        },
    }


def test_each_answer_has_a_token_of_its_own_that_opens_the_call(demo: Client) -> None:
    line = Line(demo, demo.place()["callId"])
    tokens = {line.temporary() for _ in range(3)}
    assert len(tokens) == 3
    assert {line.open(session_token=token).status for token in tokens} == {101}


def test_another_tenants_call_is_unknown(demo: Client, other: Client) -> None:
    call_id = demo.place()["callId"]
    for unknown in (call_id, UNKNOWN_CALL, "x" * 3000):
        answer = other("GET", f"/api/v1/calls/{unknown}/live")
        assert (answer.status, answer.json()["error"]) == (404, "No such call.")


def test_without_a_domain_of_its_own_the_gateways_address_is_told(stack: Stack) -> None:
    url = "wss://abcdefghij.execute-api.eu-west-1.amazonaws.com/live?call_id=1"
    info = described("1", url, "T").connection_info
    assert info.example == f"{url}&api_key=YOUR_API_KEY"
    assert info.example_session == f"{url}&session_token=T"


def test_what_is_told_without_a_domain_opens_a_socket() -> None:
    parameters = {"Stage": "local", "DefaultCarrier": "sandbox", "PublicUrl": "http://localhost:3001"}
    stack = Stack.start(ROOT / "template.yaml", parameters, root=ROOT, name="tandem-without-domain")
    try:
        from infra.local.workspaces import make_workspace

        workspace = make_workspace(stack, "demo")
        demo = Client(stack, workspace, workspace.keys["live"])
        call_id = demo.place()["callId"]
        with operating(stack):
            url = demo("GET", f"/api/v1/calls/{call_id}/live").json()["data"]["websocket_url"]
        assert url == f"ws://localhost:3001/ws?call_id={call_id}"
    finally:
        stack.stop()
