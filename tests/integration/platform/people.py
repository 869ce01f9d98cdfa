"""Customers and conversations as tests make them."""

import json
from typing import Any

from tests.integration.conftest import Client

UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def make_customer(client: Client, fields: dict[str, Any] | None = None, **profile: Any) -> dict[str, Any]:
    """Make a customer; what the answer's data says."""
    body = {"profile": profile or {"firstName": "Ada"}, **(fields or {})}
    response = client("POST", "/api/v1/customers", json=body)
    assert response.status == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def make_conversation(client: Client, customer_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """Open a conversation, with a new customer where none is given; what the answer's data says."""
    body = {"customerId": customer_id or make_customer(client)["_id"], **fields}
    response = client("POST", "/api/v1/conversations", json=body)
    assert response.status == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def say(client: Client, conversation_id: str, text: str = "Hello", **fields: Any) -> dict[str, Any]:
    """Add a message to a conversation; what the answer's data says."""
    response = client("POST", f"/api/v1/conversations/{conversation_id}/messages", json={"text": text, **fields})
    assert response.status == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def told(client: Client, subject: str) -> list[tuple[str, dict[str, Any]]]:
    """The events about a thing in order of their ids: type, and the data that webhooks are sent."""
    events = [item for item in client.items("EVENT#") if item["subject"] == subject]
    return [(event["type"], json.loads(event["body"])["data"]) for event in events]


def traces(client: Client, text: str) -> list[str]:
    """Sort keys of what in the table is about this, besides what must outlive it: events and the audit trail."""
    items = [item for item in client.items("") if not item["sk"].startswith(("EVENT#", "AUDIT#"))]
    return [item["sk"] for item in items if text in str(item)]
