"""PUT /api/telephony/agents/{agentId}/presence."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.waiting import Desk


def put(client: Client, body: Any, agent_id: str = "agent-123") -> Response:
    return client("PUT", f"/api/telephony/agents/{quote(agent_id, safe='')}/presence", json=body)


def test_an_agent_who_is_not_known_is_registered(demo: Client, stack: Stack) -> None:
    response = put(demo, {"status": "available", "phone": "+15005550001"})
    assert response.status == 200
    shown = response.json()["data"]
    assert shown.pop("clientName").startswith("agent_123_")
    assert shown.pop("createdAt").endswith("Z")
    assert response.json()["success"] is True
    assert shown == {
        "agentId": "agent-123",
        "status": "available",
        "priority": 5,
        "phone": "+15005550001",
        "queues": [],
        "reachable": True,
        "activeCalls": 0,
    }
    assert [item["agent_id"] for item in demo.items("AGENT#")] == ["agent-123"]


def test_what_is_left_out_stays_and_null_puts_back(demo: Client) -> None:
    put(demo, {"status": "available", "phone": "+15005550001", "priority": 2, "queues": ["sales", "support"]})
    kept = put(demo, {"status": "busy"}).json()["data"]
    assert (kept["status"], kept["priority"], kept["phone"]) == ("busy", 2, "+15005550001")
    assert kept["queues"] == ["sales", "support"]
    back = put(demo, {"status": "offline", "phone": None, "priority": None, "queues": None}).json()["data"]
    assert (back["priority"], back["phone"], back["queues"], back["reachable"]) == (5, None, [], False)
    assert back["createdAt"] == kept["createdAt"]
    assert back["clientName"] == kept["clientName"]


def test_an_agent_of_a_call_is_the_same_agent(demo: Client) -> None:
    demo.place(agentId="agent-7")
    (before,) = demo.items("AGENT#")
    assert put(demo, {"status": "busy"}, "agent-7").json()["data"]["createdAt"] == before["created_at"]
    assert len(demo.items("AGENT#")) == 1


def test_who_becomes_available_is_given_the_first_caller_in_line(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    first = desk.join()
    stack.advance(1)
    second = desk.join()
    shown = put(demo, {"status": "available", "phone": "+15005550001"}, "ann").json()["data"]
    assert shown["activeCalls"] == 1
    assert {call: entry.get("offered") for call, entry in desk.entries().items()} == {first: "ann", second: None}


@pytest.mark.parametrize("body", [{"status": "busy", "phone": "+15005550001"}, {"status": "available"}])
def test_who_is_busy_or_out_of_reach_is_given_nobody(body: dict[str, str], demo: Client) -> None:
    desk = Desk(demo)
    call = desk.join()
    assert put(demo, body, "ann").json()["data"]["activeCalls"] == 0
    assert desk.poll(call) is None


@pytest.mark.parametrize("agent_id", ["agent 1", "Zoë", "日本語", "a+b@c.d", "x" * 128, "%"])
def test_an_agents_id_is_the_customers_own(agent_id: str, demo: Client) -> None:
    response = put(demo, {"status": "offline"}, agent_id)
    assert response.status == 200, response.text
    assert response.json()["data"]["agentId"] == agent_id


@pytest.mark.parametrize("agent_id", ["x" * 129, "a\nb"])
def test_what_cannot_be_an_agents_id_is_refused(agent_id: str, demo: Client) -> None:
    response = put(demo, {"status": "offline"}, agent_id)
    assert response.status in (404, 422), response.text
    assert demo.items("AGENT#") == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "status"),
        ({"status": "away"}, "status"),
        ({"status": None}, "status"),
        ({"status": "busy", "priority": 0}, "priority"),
        ({"status": "busy", "priority": 11}, "priority"),
        ({"status": "busy", "priority": "1"}, "priority"),
        ({"status": "busy", "priority": True}, "priority"),
        ({"status": "busy", "phone": "0712"}, "phone"),
        ({"status": "busy", "queues": "sales"}, "queues"),
        ({"status": "busy", "queues": ["a"] * 51}, "queues"),
        ({"status": "busy", "queues": [""]}, "queues.0"),
        ({"status": "busy", "mood": "good"}, "mood"),
    ],
)
def test_what_is_wrong_is_named(body: dict[str, Any], field: str, demo: Client) -> None:
    response = put(demo, body)
    assert (response.status, response.json()["code"]) == (422, "VALIDATION_ERROR")
    assert field in {problem["field"] for problem in response.json()["error"]["details"]["fields"]}
    assert demo.items("AGENT#") == []


def test_each_workspace_has_its_own_agents(demo: Client, other: Client) -> None:
    names = {put(client, {"status": "offline"}).json()["data"]["clientName"] for client in (demo, other)}
    put(demo, {"status": "available"})
    assert len(names) == 2
    assert [item["status"] for item in other.items("AGENT#")] == ["offline"]


def test_many_at_once_who_register_the_same_agent_all_succeed(demo: Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: put(demo, {"status": "busy", "priority": number}), range(1, 9)))
    assert [answer.status for answer in answers] == [200] * 8
    (agent,) = demo.items("AGENT#")
    assert agent["version"] == 8
