"""Menus as tests of the endpoints make them."""

from typing import Any

from tests.integration.conftest import Client

PATH = "/api/telephony/ivr"
UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"
SAMPLE: dict[str, Any] = {
    "name": "Main Menu",
    "greeting": "Thank you for calling. Press 1 for sales, 2 for support, or 0 to leave a message.",
    "options": [
        {"digit": "1", "action": "route", "target": "sales-team", "message": "Press 1 for sales"},
        {"digit": "2", "action": "route", "target": "support-team", "message": "Press 2 for support"},
        {"digit": "0", "action": "voicemail", "message": "Press 0 to leave a message"},
    ],
    "timeout": 10,
}
FIELDS = {"menuId", "name", "greeting", "options", "timeout", "timeoutAction", "createdAt", "updatedAt"}
HANG_UP = {"action": "hangup", "target": None, "message": None}


def make(client: Client, **change: Any) -> dict[str, Any]:
    """A menu of the sample's, changed, as the answer shows it."""
    response = client("POST", PATH, json={**SAMPLE, **change})
    assert response.status == 201, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def leading_to(menu_id: str) -> list[dict[str, Any]]:
    """Options that lead to this menu, and out."""
    return [{"digit": "1", "action": "menu", "target": menu_id}, {"digit": "9", "action": "hangup"}]


def faults(client: Client, method: str, path: str, body: Any) -> list[str]:
    """The fields that a refused menu is at fault in."""
    response = client(method, path, json=body)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR"), response.text
    return [fault["field"] for fault in response.json()["error"]["details"]["fields"]]
