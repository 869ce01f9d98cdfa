"""GET /voice/invoke-call."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents

PATH = "/voice/invoke-call"


@pytest.mark.parametrize("path", [PATH, "/api/voice/invoke-call"])
@pytest.mark.parametrize("phone", ["254711000001", "%2B254711000001", "+254711000001", "254%20711%20000%20001"])
def test_a_call_is_placed_in_the_providers_own_shape(path: str, phone: str, demo: Client, stack: Stack) -> None:
    response = stack.request("GET", f"{path}?phone={phone}")
    assert response.status == 200, response.text
    body = response.json()
    assert body["message"] == "Call initiated to +254711000001"
    assert body["response"]["errorMessage"] == "None"
    (entry,) = body["response"]["entries"]
    assert (entry["status"], entry["phoneNumber"]) == ("Queued", "+254711000001")
    (call,) = demo.items("CALL#")
    assert (call["to_number"], call["carrier_call_id"]) == ("+254711000001", entry["sessionId"])
    stack.advance(30)
    assert demo.call(call["call_id"])["status"] == "completed"


@pytest.mark.parametrize("query", ["", "?phone=", "?phone=%20", "?phone=%2B", "?other=1"])
def test_a_missing_phone_is_the_published_error(query: str, demo: Client, stack: Stack) -> None:
    response = stack.request("GET", PATH + query)
    assert (response.status, response.json()) == (400, {"error": "Missing 'phone' query parameter"})


@pytest.mark.parametrize(
    "phone", ["x", "0711", "12", "1" * 16, "254711000001,254711000002", "%00", "%FF", "' OR 1=1", "1e9", "x" * 5000]
)
def test_what_is_no_number_is_refused_and_nothing_stored(phone: str, demo: Client, stack: Stack) -> None:
    before = contents(stack)
    response = stack.request("GET", f"{PATH}?phone={phone}")
    assert response.status == 400
    assert list(response.json()) == ["error"]
    assert contents(stack) == before


def test_with_a_key_the_call_is_of_the_keys_workspace(demo: Client, other: Client) -> None:
    response = other("GET", f"{PATH}?phone=254711000001")
    assert response.status == 200
    assert response.header("x-ratelimit-limit")
    assert (len(other.items("CALL#")), len(demo.items("CALL#"))) == (1, 0)


def test_a_refusal_of_the_carrier_is_a_500_with_its_words(demo: Client, stack: Stack) -> None:
    response = stack.request("GET", f"{PATH}?phone=15005550006")
    assert response.status == 500
    assert "503 Service Unavailable" in response.json()["error"]


def test_without_an_open_workspace_a_stranger_finds_nothing(stack: Stack) -> None:
    assert stack.request("GET", f"{PATH}?phone=254711000001").status == 404
