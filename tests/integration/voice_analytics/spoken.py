"""Conversations with calls, as tests make them."""

from typing import Any

from tests.integration.conftest import Client
from tests.integration.lines import OWN

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def transcribing(client: Client) -> None:
    """Have calls transcribed from now on."""
    body = {"transcriptionEnabled": True, "phoneNumber": OWN}
    assert client("POST", "/api/telephony/configure", json=body).status == 200


def listed(client: Client, query: str = "") -> dict[str, Any]:
    """A list of conversations."""
    answer = client("GET", f"/api/conversations?channel=voice{query}")
    assert answer.status == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [one["id"] for one in body["conversations"]]


def written(client: Client) -> str:
    """A conversation without calls."""
    customer = client("POST", "/api/v1/customers", json={"profile": {"firstName": "Ada"}}).json()["data"]["_id"]
    return str(client("POST", "/api/v1/conversations", json={"customerId": customer}).json()["data"]["_id"])
