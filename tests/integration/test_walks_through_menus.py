"""Callers in the menus of a number that is in use: where each action brings them."""

from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import listening
from tests.integration.lines import Line
from tests.integration.telephony.menus import PATH, make

NUMBER = "+15005550100"
OPTIONS: list[dict[str, Any]] = [
    {"digit": "0", "action": "voicemail"},
    {"digit": "1", "action": "route", "target": "sales"},
    {"digit": "2", "action": "dial", "target": "+254711000000"},
    {"digit": "3", "action": "hangup", "message": "Thank you for calling."},
    {"digit": "*", "action": "repeat"},
]


@pytest.fixture
def menu_id(demo: Client) -> str:
    assert demo("POST", "/api/telephony/configure", json={"phoneNumber": NUMBER}).status == 200
    return str(make(demo, greeting="Hello.", options=OPTIONS)["menuId"])


@pytest.fixture
def caller(menu_id: str, demo: Client) -> Line:
    made = Line(demo, to=NUMBER)
    assert made.does() == "Hello."
    assert list(made.instructions[0]) == ["gather"]
    return made


def test_a_message_is_recorded_and_stored_and_the_webhook_told(menu_id: str, demo: Client, stack: Stack) -> None:
    with listening() as receiver:
        assert demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url}).status == 200
        caller = Line(demo, to=NUMBER)
        caller.does()
        assert "after the tone" in caller.does("0")
        assert "Your message was recorded" in caller.does(event="recorded")
        assert list(caller.instructions[-1]) == ["hangup"]
        caller.does(event="ended", seconds=20)
        stack.advance(60)
        told = receiver.events()
    assert told.count("call.recording.available") == 1
    recording = demo("GET", f"/api/telephony/calls/{caller.call_id}/recording/stream")
    assert (recording.status, recording.header("content-type")) == (200, "audio/wav")
    assert recording.body.startswith(b"RIFF")


def test_a_queue_is_waited_in_until_an_agent_is_free(caller: Line, demo: Client) -> None:
    assert "Please hold" in caller.does("1")
    (waiting,) = demo.items("WAITING#")
    assert (waiting["call_id"], waiting["queue"]) == (caller.call_id, "sales")
    presence = {"status": "available", "phone": "+254711000009"}
    assert demo("PUT", "/api/telephony/agents/agent-1/presence", json=presence).status == 200
    caller.does()
    (connect,) = caller.instructions
    assert connect["connect"]["targets"] == ["+254711000009"]


def test_an_agent_is_reached_by_their_id(demo: Client, caller: Line, menu_id: str) -> None:
    presence = {"status": "available", "phone": "+254711000009"}
    assert demo("PUT", "/api/telephony/agents/agent-1/presence", json=presence).status == 200
    option = {"digit": "1", "action": "route", "target": "agent-1"}
    assert demo("PATCH", f"{PATH}/{menu_id}", json={"options": [option]}).status == 200
    caller.does("1")
    assert caller.instructions[0]["connect"]["targets"] == ["+254711000009"]


def test_a_number_is_dialled_as_the_workspaces_own(caller: Line) -> None:
    caller.does("2")
    (connect,) = caller.instructions
    assert (connect["connect"]["targets"], connect["connect"]["callerId"]) == (["+254711000000"], NUMBER)


def test_who_is_hung_up_on_hears_why(caller: Line) -> None:
    assert caller.does("3") == "Thank you for calling."
    assert list(caller.instructions[-1]) == ["hangup"]


def test_a_caller_meets_the_changed_menu_at_their_next_key(caller: Line, demo: Client, menu_id: str) -> None:
    option = {"digit": "7", "action": "hangup", "message": "New here."}
    assert demo("PATCH", f"{PATH}/{menu_id}", json={"options": [option], "greeting": "Changed."}).status == 200
    assert caller.does("1") == "That key has no meaning here. Changed."
    assert caller.does("7") == "New here."


def test_a_caller_in_a_menu_that_is_deleted_is_told_so(caller: Line, demo: Client, menu_id: str) -> None:
    assert demo("DELETE", f"{PATH}/{menu_id}").status == 200
    assert caller.does("1") == "This menu is not available any more. Goodbye."
    assert list(caller.instructions[-1]) == ["hangup"]


def test_the_next_caller_after_the_last_menu_is_gone_can_leave_a_message(demo: Client, menu_id: str) -> None:
    assert demo("DELETE", f"{PATH}/{menu_id}").status == 200
    caller = Line(demo, to=NUMBER)
    assert "To leave a message, press 1." in caller.does()
    assert "after the tone" in caller.does("1")


def test_a_key_that_is_told_twice_counts_once(caller: Line, demo: Client) -> None:
    """A carrier repeats a question whose answer it did not get: the turn in its address is the same."""
    answers = [caller.post(caller.next, digits="9").json() for _ in range(3)]
    (call,) = demo.items("CALL#")
    assert call["flow"]["misses"] == 1
    assert {answer["data"]["instructions"][-1]["redirect"]["url"] for answer in answers} == {
        answers[0]["data"]["instructions"][-1]["redirect"]["url"]
    }
