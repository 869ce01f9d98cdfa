"""PUT /api/telephony/routing."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from infra.local.gateway import Response
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL

PATH = "/api/telephony/routing"
MENU = {
    "name": "Main",
    "greeting": "Welcome.",
    "options": [{"digit": "1", "action": "route", "target": "sales"}],
    "timeout": 10,
}


def put(client: Client, strategy: str = "random", **more: Any) -> Response:
    return client("PUT", PATH, json={"strategy": strategy, **more})


def make_menu(client: Client) -> str:
    response = client("POST", "/api/telephony/ivr", json=MENU)
    assert response.status == 201, response.text
    return str(response.json()["data"]["menuId"])


@pytest.mark.parametrize("strategy", ["round-robin", "least-busy", "random", "priority"])
def test_each_strategy_can_be_set(strategy: str, demo: Client) -> None:
    response = put(demo, strategy)
    assert response.status == 200
    assert response.json() == {"success": True, "data": {"strategy": strategy, "incoming": None}}
    assert demo("GET", PATH).json() == response.json()


@pytest.mark.parametrize(
    "incoming",
    [{"action": "queue", "target": "sales"}, {"action": "agent", "target": "agent-1"}, {"action": "voicemail"}],
)
def test_calls_that_come_in_can_be_sent_anywhere(incoming: dict[str, str], demo: Client) -> None:
    shown = {"target": None, **incoming}
    assert put(demo, incoming=incoming).json()["data"] == {"strategy": "random", "incoming": shown}
    assert put(demo, "priority").json()["data"] == {"strategy": "priority", "incoming": shown}, "left out, it stays"
    assert put(demo, incoming=None).json()["data"] == {"strategy": "random", "incoming": None}
    assert demo("GET", PATH).json()["data"]["incoming"] is None


def test_calls_come_in_by_a_menu_that_is_there(demo: Client, other: Client) -> None:
    menu_id = make_menu(demo)
    entry = {"action": "menu", "target": menu_id}
    assert demo("GET", PATH).json()["data"]["incoming"] == entry, "the first menu is where calls come in"
    assert put(demo, incoming={"action": "queue", "target": "sales"}).status == 200
    assert put(demo, incoming=entry).json()["data"]["incoming"] == entry
    make_menu(demo)
    assert demo("GET", PATH).json()["data"] == {"strategy": "random", "incoming": entry}
    refused = put(other, incoming=entry)
    assert (refused.status, refused.json()["error"]["details"]["fields"][0]["field"]) == (422, "incoming.target")
    assert put(demo, "priority").json()["data"] == {"strategy": "priority", "incoming": entry}, "left out, it stays"
    assert demo("DELETE", f"/api/telephony/ivr/{menu_id}").status == 409, "somebody chose it"
    assert put(demo, incoming=None).status == 200
    assert demo("DELETE", f"/api/telephony/ivr/{menu_id}").status == 200
    assert put(demo, incoming=entry).status == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "strategy"),
        ({"strategy": "fastest"}, "strategy"),
        ({"strategy": None}, "strategy"),
        ({"strategy": "random", "incoming": {}}, "incoming.action"),
        ({"strategy": "random", "incoming": {"action": "hangup"}}, "incoming.action"),
        ({"strategy": "random", "incoming": {"action": "queue"}}, "incoming.target"),
        ({"strategy": "random", "incoming": {"action": "agent", "target": ""}}, "incoming.target"),
        ({"strategy": "random", "incoming": {"action": "menu", "target": "x" * 128}}, "incoming.target"),
        ({"strategy": "random", "incoming": {"action": "menu", "target": UNKNOWN_CALL}}, "incoming.target"),
        ({"strategy": "random", "incoming": {"action": "voicemail", "target": "sales"}}, "incoming.target"),
        ({"strategy": "random", "queues": []}, "queues"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_set(body: dict[str, Any], field: str, demo: Client) -> None:
    response = demo("PUT", PATH, json=body)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR"), response.text
    assert field in {problem["field"] for problem in response.json()["error"]["details"]["fields"]}
    assert demo.items("ROUTING") == []


def test_many_at_once_all_succeed_and_lose_nothing(demo: Client) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: put(demo, "priority"), range(6)))
    assert [answer.status for answer in answers] == [200] * 6
    (routing,) = demo.items("ROUTING")
    assert routing["version"] == 6
