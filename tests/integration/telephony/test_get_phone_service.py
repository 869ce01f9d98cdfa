"""GET /api/telephony/configure."""

from infra.local.stack import Stack
from tests.integration.conftest import Client

PATH = "/api/telephony/configure"


def test_what_was_configured_is_shown_without_the_secret(demo: Client) -> None:
    wanted = {"phoneNumber": "+254711082000", "carrier": "africas_talking", "webhookUrl": "https://example.com/x"}
    configured = demo("POST", PATH, json=wanted).json()["data"]
    shown = demo("GET", PATH)
    assert shown.status == 200
    assert shown.json() == {"success": True, "data": configured | {"webhookSecret": None}}


def test_before_it_is_configured_there_is_none(demo: Client, other: Client) -> None:
    other("POST", PATH, json={})
    response = demo("GET", PATH)
    assert (response.status, response.json()["code"]) == (404, "RESOURCE_NOT_FOUND")


def test_each_workspace_sees_its_own(demo: Client, other: Client) -> None:
    for client, code in ((demo, "+1"), (other, "+234")):
        client("POST", PATH, json={"defaultCountryCode": code})
    assert [client("GET", PATH).json()["data"]["defaultCountryCode"] for client in (demo, other)] == ["+1", "+234"]


def test_the_service_and_its_webhook_are_read_and_nothing_else(demo: Client, stack: Stack) -> None:
    demo("POST", PATH, json={})
    with stack.count_requests() as counted:
        demo("GET", PATH)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:GetItem": 2}
