"""Menus as tests of the endpoints make them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local.gateway import Response
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

OPTION = {"digit": "1", "action": "hangup"}
WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": ""}, ["name"]),
    ({"name": "x" * 101}, ["name"]),
    ({"name": "a\nb"}, ["name"]),
    ({"name": None}, ["name"]),
    ({"greeting": ""}, ["greeting"]),
    ({"greeting": "x" * 1001}, ["greeting"]),
    ({"greeting": "a\x00b"}, ["greeting"]),
    ({"greeting": "\ud800"}, ["greeting"]),
    ({"timeout": 0}, ["timeout"]),
    ({"timeout": 61}, ["timeout"]),
    ({"timeout": "10"}, ["timeout"]),
    ({"timeout": 1.5}, ["timeout"]),
    ({"timeout": True}, ["timeout"]),
    ({"menuId": "mine"}, ["menuId"]),
    ({"options": []}, ["options"]),
    ({"options": {}}, ["options"]),
    ({"options": [OPTION] * 13}, ["options"]),
    ({"options": [OPTION, "x"]}, ["options.1"]),
    ({"options": [OPTION, {"digit": 2, "action": "hangup"}]}, ["options.1.digit"]),
    ({"options": [OPTION, {"action": "hangup"}]}, ["options.1.digit"]),
    ({"options": [OPTION, {"digit": "10", "action": "hangup"}]}, ["options.1.digit"]),
    ({"options": [OPTION, {"digit": "x" * 17, "action": "hangup"}]}, ["options.1.digit"]),
    ({"options": [OPTION, OPTION]}, ["options.1.digit"]),
    ({"options": [OPTION, {"digit": "2"}]}, ["options.1.action"]),
    ({"options": [OPTION, {"digit": "2", "action": "transfer"}]}, ["options.1.action"]),
    ({"options": [OPTION, {"digit": "2", "action": "route"}]}, ["options.1.target"]),
    ({"options": [OPTION, {"digit": "2", "action": "route", "target": ""}]}, ["options.1.target"]),
    ({"options": [OPTION, {"digit": "2", "action": "menu", "target": UNKNOWN}]}, ["options.1.target"]),
    ({"options": [OPTION, {"digit": "2", "action": "dial", "target": "0711"}]}, ["options.1.target"]),
    ({"options": [OPTION, {"digit": "2", "action": "voicemail", "target": "x"}]}, ["options.1.target"]),
    ({"options": [OPTION, {"digit": "2", "action": "say"}]}, ["options.1.message"]),
    ({"options": [OPTION, {"digit": "2", "action": "say", "message": "x" * 1001}]}, ["options.1.message"]),
    ({"options": [{"digit": "1", "action": "repeat"}]}, ["options.0.action"]),
    ({"timeoutAction": "repeat"}, ["timeoutAction.action"]),
    ({"timeoutAction": "wait"}, ["timeoutAction.action"]),
    ({"timeoutAction": {"action": "route"}}, ["timeoutAction.target"]),
    ({"timeoutAction": {"action": "menu", "target": UNKNOWN}}, ["timeoutAction.target"]),
    ({"timeoutAction": 5}, ["timeoutAction"]),
]
"""What is wrong with a change of the sample, and the fields that are named for it."""


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


def shown(client: Client, menu_id: str) -> dict[str, Any]:
    """A menu as it stands now."""
    response = client("GET", f"{PATH}/{menu_id}")
    assert response.status == 200, response.text
    data: dict[str, Any] = response.json()["data"]
    return data


def at_once(*requests: Callable[[], Response]) -> list[Response]:
    """Requests that run into each other; their answers in order."""
    with ThreadPoolExecutor(len(requests)) as pool:
        return [running.result() for running in [pool.submit(request) for request in requests]]
