"""POST /voice/events."""

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.conftest import AFRICAS_TALKING_TOKEN
from tests.integration.conftest import Client
from tests.integration.doors import contents, forget_accounts, leap

NUMBER, CALLER = "+254711082000", "+254722000001"
FORM = {"content-type": "application/x-www-form-urlencoded"}


def incoming(demo: Client, session: str = "ATVId_1") -> str:
    """A call coming in to demo's number; its id."""
    demo("POST", "/api/telephony/configure", json={"phoneNumber": NUMBER, "carrier": "africas_talking"})
    ask = {"sessionId": session, "isActive": "1", "direction": "Inbound", "callerNumber": CALLER,
           "destinationNumber": NUMBER}  # fmt: skip
    assert post(demo.stack, ask, "/voice/instruct").status == 200
    (call,) = demo.items("CALL#")
    return str(call["call_id"])


def post(stack: Stack, fields: dict[str, Any], path: str = "/voice/events", token: str | None = None) -> Response:
    query = {} if token is None else {"token": token}
    return stack.request("POST", path, body=urlencode(fields), headers=FORM, query=query)


@pytest.mark.parametrize("path", ["/voice/events", "/api/voice/events"])
@pytest.mark.parametrize("token", [None, AFRICAS_TALKING_TOKEN])
def test_the_published_sample_is_answered_ok(path: str, token: str | None, demo: Client, stack: Stack) -> None:
    call_id = incoming(demo)
    sample = {
        "sessionId": "ATVId_1", "eventType": "SessionEnded", "callerNumber": CALLER, "destinationNumber": NUMBER,
        "hangupCause": "NORMAL_CLEARING", "direction": "inbound", "callStartTime": "2024-01-01 10:00:00",
        "durationInSeconds": "45", "currencyCode": "KES", "amount": "5.00",
    }  # fmt: skip
    response = post(stack, sample, path, token)
    assert (response.status, response.text) == (200, "OK")
    assert str(response.header("content-type")).startswith("text/html")
    call = demo.call(call_id)
    assert (call["status"], call["duration"], call["direction"]) == ("completed", 45, "inbound")
    assert call["cost"] == {"amount": "5.00", "currency": "KES"}


def test_the_providers_own_final_callback_is_understood(demo: Client, stack: Stack) -> None:
    call_id = incoming(demo)
    final = {
        "sessionId": "ATVId_1", "isActive": "0", "callSessionState": "NotAnswered", "status": "NotAnswered",
        "hangupCause": "USER_BUSY", "direction": "Inbound", "durationInSeconds": "0", "amount": "0",
        "currencyCode": "KES", "callStartTime": "None", "callerNumber": CALLER, "destinationNumber": NUMBER,
    }  # fmt: skip
    for _ in range(3):
        assert post(stack, final).text == "OK"
    call = demo.call(call_id)
    assert (call["status"], call["outcome"], call["cause"]) == ("failed", "busy", "USER_BUSY")
    assert len(demo.items("CALL#")) == 1


@pytest.mark.parametrize("token", ["wrong", "", AFRICAS_TALKING_TOKEN + "x", "ü", "\x00"])
@pytest.mark.parametrize("path", ["/voice/events", "/voice/instruct"])
def test_a_forged_callback_is_refused_and_changes_nothing(path: str, token: str, demo: Client, stack: Stack) -> None:
    incoming(demo)
    before = contents(stack)
    response = post(stack, {"sessionId": "ATVId_1", "eventType": "SessionEnded"}, path, token)
    assert response.status == 403
    assert list(response.json()) == ["error"]
    assert contents(stack) == before


@pytest.mark.parametrize(
    "fields",
    [{}, {"sessionId": ""}, {"sessionId": "x" * 5000}, {"sessionId": "unknown", "eventType": "SessionEnded"},
     {"sessionId": "ATVId_1", "eventType": "Nonsense"}, {"sessionId": "\x00"}, {"sessionId": "ATVId_1\n"},
     {"sessionId": "other", "clientRequestId": "a.b", "eventType": "SessionEnded"}],
    ids=str,
)  # fmt: skip
def test_what_is_not_understood_is_ok_and_changes_nothing(fields: dict[str, str], demo: Client, stack: Stack) -> None:
    incoming(demo)
    before = contents(stack)
    assert (post(stack, fields).status, post(stack, fields).text) == (200, "OK")
    assert contents(stack) == before


def test_a_callback_cannot_speak_of_another_carriers_call(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    (item,) = demo.items("CALL#")
    fields = {
        "sessionId": item["carrier_call_id"],
        "clientRequestId": f"{demo.workspace.tenant_id}.{call_id}",
        "eventType": "SessionEnded",
    }
    before = contents(stack)
    assert post(stack, fields).text == "OK"
    assert contents(stack) == before


def test_where_there_is_no_account_nobody_is_the_carrier(demo: Client, stack: Stack) -> None:
    incoming(demo)
    stack.client("ssm").delete_parameter(Name="/tandem/local/carriers/africas_talking")
    forget_accounts(stack)
    before = contents(stack)
    for token in (None, "", AFRICAS_TALKING_TOKEN):
        response = post(stack, {"sessionId": "ATVId_1", "eventType": "SessionEnded"}, token=token)
        assert (response.status, list(response.json())) == (403, ["error"])
    assert contents(stack) == before


def test_a_rotated_token_counts_within_five_minutes(demo: Client, stack: Stack) -> None:
    forget_accounts(stack)
    nothing = {"sessionId": "ATVId_1", "eventType": "Nonsense"}
    assert post(stack, nothing, token=AFRICAS_TALKING_TOKEN).status == 200
    rotated = '{"username": "acme", "api_key": "secret", "token": "rotated"}'
    stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/africas_talking", Value=rotated, Type="SecureString", Overwrite=True
    )
    leap(stack, 300)
    assert [post(stack, nothing, token=token).status for token in ("rotated", AFRICAS_TALKING_TOKEN)] == [200, 403]


words = st.text(max_size=20) | st.sampled_from(
    ["ATVId_1", "SessionEnded", "1", "0", "Inbound", CALLER, NUMBER, "-1", "9" * 30]
)
names = st.sampled_from(
    ["sessionId", "eventType", "isActive", "callSessionState", "direction", "callerNumber", "destinationNumber",
     "durationInSeconds", "amount", "currencyCode", "hangupCause", "recordingUrl", "dtmfDigits", "clientRequestId"]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(names, words), raw=st.binary(max_size=50))
def test_whatever_comes_makes_no_fault(fields: dict[str, str], raw: bytes, demo: Client, stack: Stack) -> None:
    for path in ("/voice/events", "/voice/instruct"):
        body = urlencode(fields, errors="replace").encode() + raw
        assert stack.request("POST", path, body=body, headers=FORM).status in (200, 400)
