"""GET /api/v1/calls."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.ai_calls import AGENT_ID, SUSAN, TASK_ID, ai_call
from tests.integration.conftest import Client
from tests.integration.doors import lose_messages
from tests.integration.voice_agents.conftest import data, refusal
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import Scenario

PATH = "/api/v1/calls"
OTHER_TASK = "01890a5d-ac96-774b-bcce-b302099a8060"


def listed(client: Client, **query: Any) -> tuple[list[dict[str, Any]], dict[str, int]]:
    response = client("GET", PATH, query={name: str(value) for name, value in query.items()})
    calls: list[dict[str, Any]] = data(response)
    return calls, response.json()["meta"]["pagination"]


def ids(client: Client, **query: Any) -> list[str]:
    return [call["id"] for call in listed(client, **query)[0]]


def test_a_call_stands_in_the_list_as_this_family_shows_it(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = ai_call(demo).call_id
    (session,) = provider.conversations
    provider.play(session, Scenario())
    stack.advance(60)
    ((call,), pagination) = listed(demo)
    assert call == {
        "id": call_id, "task_id": TASK_ID, "agent_id": AGENT_ID, "direction": "outbound",
        "from_number": "+13125550100", "to_number": "+254722000001", "status": "completed",
        "started_at": call["started_at"], "answered_at": call["answered_at"], "ended_at": call["ended_at"],
        "duration_seconds": 14, "transcript": None, "report": None, "recording_url": call["recording_url"],
        "error": None,
    }  # fmt: skip
    assert call["started_at"] < call["answered_at"] < call["ended_at"]
    assert call["recording_url"] == f"http://localhost:3001/api/v1/calls/{call_id}/recording/stream"
    assert pagination == {"total": 1, "limit": 50, "offset": 0}


def test_calls_of_people_are_calls_like_any_other(demo: Client) -> None:
    by_person, by_agent = demo.place()["callId"], ai_call(demo, "+15005550001").call_id
    assert ids(demo) == [by_agent, by_person]
    assert ids(demo, agent_id="agent-1") == [by_person]
    assert ids(demo, agent_id=AGENT_ID) == [by_agent]


def test_each_status_of_this_family_finds_what_it_stands_for(demo: Client, stack: Stack) -> None:
    over = demo.place("+15005550001")["callId"]
    busy = demo.place("+15005550002")["callId"]
    stack.advance(10)
    talking = demo.place("+15005550001")["callId"]
    stack.advance(3)
    lose_messages(stack, "CARRIER_QUEUE_URL")
    ringing = demo.place("+15005550003")["callId"]
    stack.advance(2)
    lose_messages(stack, "CARRIER_QUEUE_URL")
    initiated = demo.place("+15005550003")["callId"]
    found = {status: ids(demo, status=status) for status in ("initiated", "in_progress", "completed", "failed")}
    assert found == {
        "initiated": [initiated, ringing], "in_progress": [talking], "completed": [over], "failed": [busy]
    }  # fmt: skip
    assert ids(demo, status="initiated", agent_id="agent-1") == [initiated, ringing]
    assert ids(demo, status="initiated", agent_id="agent-2") == []
    assert ids(demo, status="failed", agent_id="agent-1", limit=1) == [busy]


def test_why_a_call_failed_stands_in_the_list(demo: Client, stack: Stack) -> None:
    demo.place("+15005550002")
    stack.advance(10)
    ((call,), _) = listed(demo)
    assert call["error"] == "busy: USER_BUSY"


def test_a_tasks_calls_are_found_each_execution_of_it(demo: Client, stack: Stack) -> None:
    first, second = (ai_call(demo, "+15005550002").call_id for _ in range(2))
    other = ai_call(demo, "+15005550001", task_id=OTHER_TASK).call_id
    stack.advance(10)
    assert ids(demo, task_id=TASK_ID) == [second, first]
    assert ids(demo, task_id=TASK_ID, status="failed", agent_id=AGENT_ID) == [second, first]
    assert ids(demo, task_id=TASK_ID, status="completed") == []
    assert ids(demo, task_id=OTHER_TASK, status="completed") == [other]
    assert ids(demo, task_id=OTHER_TASK, agent_id="agent-1") == []
    calls, pagination = listed(demo, task_id=TASK_ID, limit=1, offset=1)
    assert [call["id"] for call in calls] == [first]
    assert pagination == {"total": 2, "limit": 1, "offset": 1}


@pytest.mark.parametrize("task_id", ["01890a5d-ac96-774b-bcce-b302099a8060", "no id", f"{TASK_ID}#"])
def test_an_unknown_task_has_no_calls(task_id: str, demo: Client) -> None:
    ai_call(demo, "+15005550001")
    assert ids(demo, task_id=task_id) == []


@pytest.mark.parametrize("query", [{}, {"status": "initiated"}, {"agent_id": AGENT_ID}, {"task_id": TASK_ID}])
def test_totals_are_exact_and_pages_meet_without_gaps(query: dict[str, str], demo: Client) -> None:
    placed = [ai_call(demo, "+15005550003", assistant=SUSAN).call_id for _ in range(5)]
    pages = [listed(demo, **query, limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [call["id"] for calls, _ in pages for call in calls] == placed[::-1]
    assert {pagination["total"] for _, pagination in pages} == {5}


def test_another_tenants_calls_are_nobodys(demo: Client, other: Client) -> None:
    ai_call(demo, "+15005550001")
    assert ids(other) == ids(other, task_id=TASK_ID) == ids(other, agent_id=AGENT_ID) == []


@pytest.mark.parametrize(
    "query", [{"status": "ringing"}, {"status": ""}, {"limit": 101}, {"limit": 0}, {"offset": -1}, {"task_id": ""}]
)
def test_a_query_that_breaks_a_rule_is_refused(query: dict[str, Any], demo: Client) -> None:
    response = demo("GET", PATH, query={name: str(value) for name, value in query.items()})
    assert next(iter(query)) in refusal(response, 400)
