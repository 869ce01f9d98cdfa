"""What Telnyx tells of an AI assistant's conversation, under its own names and those of `ai.assistant`. Pure; never
raises.

Times are seconds since 1970 here: who knows when the call was answered counts them from there.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from tandem.carriers import telnyx_state
from tandem.carriers.base import Heard, Role, ToolCall, Turn
from tandem.carriers.telnyx_events import IDENTIFIER, SESSION, moment
from tandem.records import record

Fields = Mapping[str, Any]

_ROLES = {
    "user": Role.USER,
    "caller": Role.USER,
    "customer": Role.USER,
    "inbound": Role.USER,  # the track: what we hear
    "assistant": Role.AGENT,
    "agent": Role.AGENT,
    "ai": Role.AGENT,
    "outbound": Role.AGENT,
}
_IDENTIFIER = re.compile(r"[!-~]{1,200}")
_FAILED = ("failed", "failure", "error", "timeout")


@record
class Told:
    """A piece of news about a conversation: what was heard, and which conversation it is."""

    heard: Heard
    conversation_id: str | None = None


@record
class _News:
    """A webhook's payload, with the webhook's own id and time."""

    payload: Fields
    name: str | None
    at: float

    @property
    def turn_id(self) -> str | None:
        """The id of the utterance, which stays the same while it is told bit by bit."""
        return _first(self.payload, ("turn_id", "message_id", "utterance_id", "item_id", "id"), _IDENTIFIER)


def told(webhook: object, connection_id: str, arrived_at: datetime) -> Told | None:
    """What one webhook tells of a conversation; None for one that is about none, or of another connection."""
    data = webhook.get("data") if isinstance(webhook, Mapping) else None
    payload = data.get("payload") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(payload, Mapping):
        return None
    read = _TOLD.get(str(data.get("event_type")))
    state = telnyx_state.read(payload.get("client_state"))
    session = payload.get("call_control_id")
    known = session if isinstance(session, str) and SESSION.fullmatch(session) else ""
    strange = state is None and (not known or payload.get("connection_id") not in (None, connection_id))
    if read is None or strange:
        return None
    at = moment(data.get("occurred_at")) or arrived_at
    name = data.get("id")
    news = _News(payload, name if isinstance(name, str) and IDENTIFIER.fullmatch(name) else None, at.timestamp())
    turns, tools, finished = read(news)
    if not (turns or tools or finished):
        return None
    heard = Heard(known, state.reference if state else None, turns, tools, finished)
    return Told(heard, _first(payload, ("conversation_id",), IDENTIFIER))


_Said = tuple[Sequence[Turn], Sequence[ToolCall], bool]
_NOTHING: _Said = ((), (), False)


def _transcript(news: _News) -> _Said:
    role = _ROLES.get(str(_any(news.payload, ("role", "speaker", "track", "source"))))
    return _uttered(news, role or Role.USER)


def _response(news: _News) -> _Said:
    return _uttered(news, Role.AGENT, final=True)


def _uttered(news: _News, role: Role, *, final: bool = False) -> _Said:
    text = _any(news.payload, ("transcript", "text", "content", "response", "message"))
    said = _any(news.payload, ("is_final", "final"))
    is_final = said if isinstance(said, bool) else final or news.payload.get("status") != "partial"
    # A part that names no utterance could never be told from another utterance.
    name = news.turn_id or (news.name if is_final else None)
    if not isinstance(text, str) or not text.strip() or name is None:
        return _NOTHING
    start, end = _time(news.payload, ("started_at", "start_time")), _time(news.payload, ("ended_at", "end_time"))
    begun = start if start is not None else news.at
    return (Turn(name, role, text, begun, end, is_final),), (), False


def _transcription(news: _News) -> _Said:
    """Live transcription names no utterances: only what is final counts."""
    data = news.payload.get("transcription_data")
    if not isinstance(data, Mapping) or data.get("is_final") is not True or news.name is None:
        return _NOTHING
    role, text = _ROLES.get(str(data.get("transcription_track", "inbound"))), data.get("transcript")
    if role is None or not isinstance(text, str) or not text.strip():
        return _NOTHING
    return (Turn(news.name, role, text, news.at, None, final=True),), (), False


def _tool_call(news: _News) -> _Said:
    payload = news.payload
    function = payload.get("function")
    named: Fields = function if isinstance(function, Mapping) else payload
    name = _any(named, ("name", "tool_name"))
    call_id = _first(payload, ("tool_call_id", "id"), _IDENTIFIER) or news.name
    if not isinstance(name, str) or not name or call_id is None:
        return _NOTHING
    return (), (ToolCall(call_id, name, _arguments(named.get("arguments")), _success(payload), news.at),), False


def _ended(news: _News) -> _Said:
    """With the messages, where they come along."""
    messages = news.payload.get("messages")
    turns, tools = whole(messages if isinstance(messages, list) else [], news.at)
    return turns, tools, True


_TOLD: Mapping[str, Callable[[_News], _Said]] = {
    "ai.assistant.transcript": _transcript,
    "ai.assistant.tool_call": _tool_call,
    "ai.assistant.response": _response,
    "ai.assistant.ended": _ended,
    "call.transcription": _transcription,
    "call.conversation.ended": _ended,
}


def whole(messages: Sequence[object], ended_at: float) -> tuple[tuple[Turn, ...], tuple[ToolCall, ...]]:
    """A conversation from all its messages, as a webhook or the API has them: turns and tools by their places."""
    listed = [message for message in messages if isinstance(message, Mapping)]
    turns, tools, at = [], [], None
    outcomes = {str(one.get("tool_call_id")): _success_of(one) for one in listed if one.get("role") == "tool"}
    for number, message in enumerate(listed):
        at = _time(message, ("sent_at", "timestamp", "created_at")) or at
        role, text = _ROLES.get(str(message.get("role"))), _any(message, ("text", "content"))
        if role and isinstance(text, str) and text.strip():
            turns.append(Turn(str(number), role, text, at or ended_at, None, final=True))
        tools += list(_tools(message.get("tool_calls"), outcomes, at or ended_at))
    return tuple(turns), tuple(tools)


def _tools(called: object, outcomes: Mapping[str, bool | None], at: float) -> Iterator[ToolCall]:
    for one in called if isinstance(called, list) else []:
        function = one.get("function") if isinstance(one, Mapping) else None
        if not isinstance(function, Mapping) or not isinstance(one.get("id"), str):
            continue
        if isinstance(name := function.get("name"), str):
            yield ToolCall(one["id"], name, _arguments(function.get("arguments")), outcomes.get(one["id"]), at)


def _success_of(message: Fields) -> bool | None:
    """A tool that answered did its work, unless it says that it did not."""
    text = _any(message, ("text", "content"))
    try:
        answer = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return True
    return True if not isinstance(answer, Mapping) else _success(answer) is not False


def _success(said: Fields) -> bool | None:
    for name in ("succeeded", "success", "ok"):
        if isinstance(said.get(name), bool):
            return bool(said[name])
    if said.get("error"):
        return False
    status = said.get("status")
    if isinstance(status, str):
        return False if status in _FAILED else True if status in ("completed", "success", "succeeded") else None
    return True if said.get("result") is not None else None


def _arguments(value: object) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value) if value is not None else "{}"
    except (ValueError, RecursionError):
        return "{}"


def _time(fields: Fields, names: Sequence[str]) -> float | None:
    at = next((at for name in names if (at := moment(fields.get(name)))), None)
    return at.timestamp() if at else None


def _any(fields: Fields, names: Sequence[str]) -> Any:
    return next((fields[name] for name in names if fields.get(name) is not None), None)


def _first(fields: Fields, names: Sequence[str], pattern: re.Pattern[str]) -> str | None:
    found = _any(fields, names)
    return found if isinstance(found, str) and pattern.fullmatch(found) else None
