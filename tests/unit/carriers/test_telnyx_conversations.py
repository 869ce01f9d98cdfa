"""What Telnyx tells of an AI assistant's conversation."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.base import Heard, Role, ToolCall, Turn
from tandem.carriers.telnyx_conversations import Told, told, whole
from tandem.carriers.telnyx_state import State, written

CONNECTION, SESSION = "2900", "v3:abc_-="
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
AT = NOW.timestamp() - 5


def _webhook(kind: str, news_id: Any = "e1", /, **payload: Any) -> dict[str, Any]:
    about = {"call_control_id": SESSION, "connection_id": CONNECTION, "client_state": written(State("t.c"))}
    data = {"event_type": kind, "id": news_id, "occurred_at": "2026-11-21T11:59:55Z"}
    return {"data": {**data, "payload": {**about, **payload}}}


def _heard(kind: str, **payload: Any) -> Heard | None:
    found = told(_webhook(kind, **payload), CONNECTION, NOW)
    return found.heard if found else None


def _turn(kind: str, **payload: Any) -> Turn:
    heard = _heard(kind, **payload)
    assert heard is not None
    (turn,) = heard.turns
    return turn


@pytest.mark.parametrize(
    ("kind", "payload", "turn"),
    [
        ("ai.assistant.transcript", {"transcript": "Hi", "role": "user", "is_final": False, "turn_id": "u1"},
         Turn("u1", Role.USER, "Hi", AT, None, False)),
        ("ai.assistant.transcript", {"text": "Hi", "speaker": "assistant", "status": "partial", "id": "u1"},
         Turn("u1", Role.AGENT, "Hi", AT, None, False)),
        ("ai.assistant.transcript", {"content": "Hi", "track": "outbound", "final": True},
         Turn("e1", Role.AGENT, "Hi", AT, None, True)),
        ("ai.assistant.transcript", {"text": "Hi"}, Turn("e1", Role.USER, "Hi", AT, None, True)),
        ("ai.assistant.response", {"response": "Hello", "message_id": "m1"},
         Turn("m1", Role.AGENT, "Hello", AT, None, True)),
        ("ai.assistant.response", {"text": "Hello", "started_at": "2026-11-21T11:59:50Z",
                                   "ended_at": "2026-11-21T11:59:52Z"},
         Turn("e1", Role.AGENT, "Hello", AT - 5, AT - 3, True)),
        ("call.transcription", {"transcription_data": {"transcript": "Hi", "is_final": True}},
         Turn("e1", Role.USER, "Hi", AT, None, True)),
    ],
)  # fmt: skip
def test_a_turn_is_read_by_any_of_its_names(kind: str, payload: dict[str, Any], turn: Turn) -> None:
    assert _turn(kind, **payload) == turn


@pytest.mark.parametrize(
    ("payload", "tool"),
    [
        ({"tool_call_id": "t1", "name": "order", "arguments": {"n": 1}, "success": True},
         ToolCall("t1", "order", '{"n": 1}', True, AT)),
        ({"id": "t1", "function": {"name": "order", "arguments": '{"n":1}'}, "error": "sold out"},
         ToolCall("t1", "order", '{"n":1}', False, AT)),
        ({"tool_name": "order", "status": "completed"}, ToolCall("e1", "order", "{}", True, AT)),
        ({"tool_name": "order", "status": "timeout"}, ToolCall("e1", "order", "{}", False, AT)),
        ({"tool_name": "order", "status": "running"}, ToolCall("e1", "order", "{}", None, AT)),
        ({"tool_name": "order", "result": {"id": 7}}, ToolCall("e1", "order", "{}", True, AT)),
        ({"tool_name": "order"}, ToolCall("e1", "order", "{}", None, AT)),
    ],
)  # fmt: skip
def test_a_tool_was_used_with_or_without_success(payload: dict[str, Any], tool: ToolCall) -> None:
    heard = _heard("ai.assistant.tool_call", **payload)
    assert heard is not None
    assert list(heard.tool_calls) == [tool]


@pytest.mark.parametrize("kind", ["ai.assistant.ended", "call.conversation.ended"])
def test_an_end_finishes_the_conversation_that_it_names(kind: str) -> None:
    expected = Told(Heard(SESSION, "t.c", (), (), finished=True), "c-1")
    assert told(_webhook(kind, conversation_id="c-1"), CONNECTION, NOW) == expected


def test_a_whole_conversation_is_read_from_its_messages() -> None:
    called = [{"id": "t1", "type": "function", "function": {"name": "order", "arguments": "{}"}},
              {"id": "t2", "type": "function", "function": {"name": "ask", "arguments": None}},
              {"id": "t3", "function": {"name": "wait", "arguments": "{}"}}]  # fmt: skip
    turns, tools = whole(
        [
            {"role": "system", "text": "You sell shoes."},
            {"role": "assistant", "text": "Hello", "sent_at": "2026-11-21T11:59:50Z"},
            {"role": "user", "content": "Hi", "timestamp": "2026-11-21T11:59:52Z"},
            {"role": "assistant", "text": None, "tool_calls": called},
            {"role": "tool", "tool_call_id": "t1", "text": '{"success": false}'},
            {"role": "tool", "tool_call_id": "t2", "content": "It is in stock."},
            {"role": "assistant", "text": " "},
            "nonsense",
        ],
        AT,
    )
    assert turns == (
        Turn("1", Role.AGENT, "Hello", AT - 5, None, True), Turn("2", Role.USER, "Hi", AT - 3, None, True),
    )  # fmt: skip
    assert [(tool.name, tool.succeeded, tool.at) for tool in tools] == [
        ("order", False, AT - 3), ("ask", True, AT - 3), ("wait", None, AT - 3),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("call.answered", {"text": "Hi"}),
        ("ai.assistant.started", {"text": "Hi"}),
        ("ai.assistant.transcript", {"text": " "}),
        ("ai.assistant.transcript", {"text": 7}),
        ("ai.assistant.transcript", {"text": "Hi", "is_final": False}),
        ("call.transcription", {"transcription_data": {"transcript": "Hi", "is_final": False}}),
        ("call.transcription", {"transcription_data": "Hi"}),
        ("call.transcription", {"transcription_data": {"transcript": "Hi", "is_final": True,
                                                       "transcription_track": "sideways"}}),
        ("ai.assistant.tool_call", {"arguments": "{}"}),
    ],
)  # fmt: skip
def test_what_says_nothing_is_not_heard(kind: str, payload: dict[str, Any]) -> None:
    assert _heard(kind, **payload) is None


def test_conversations_of_other_connections_are_none_of_ours() -> None:
    assert _heard("ai.assistant.response", text="Hi", connection_id="2901") is not None
    assert _heard("ai.assistant.response", text="Hi", connection_id="2901", client_state=None) is None
    assert _heard("ai.assistant.response", text="Hi", call_control_id=None, client_state=None) is None
    heard = _heard("ai.assistant.response", text="Hi", client_state=None)
    assert heard is not None
    assert (heard.carrier_call_id, heard.reference) == (SESSION, None)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_names = st.sampled_from(["role", "text", "content", "tool_calls", "messages", "transcription_data", "function", "id",
                          "name", "arguments", "status", "is_final", "client_state", "call_control_id"])  # fmt: skip
_kinds = st.sampled_from(["ai.assistant.transcript", "ai.assistant.tool_call", "ai.assistant.response",
                          "ai.assistant.ended", "call.transcription", "call.conversation.ended"])  # fmt: skip


@given(_kinds, st.dictionaries(_names, _json), _json)
def test_whatever_comes_is_read_without_fault(kind: str, payload: dict[str, Any], name: Any) -> None:
    found = told(_webhook(kind, name, **payload), CONNECTION, NOW)
    for turn in found.heard.turns if found else ():
        assert turn.text.strip()
        assert turn.turn_id
    assert told(payload, CONNECTION, NOW) is None
