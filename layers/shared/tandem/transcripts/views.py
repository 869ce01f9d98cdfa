"""A transcript as it is shown, and sent in `transcript.completed`. Pure."""

import json
from typing import TypeVar

from typing_extensions import TypedDict

from tandem.clock import iso
from tandem.transcripts.models import ToolCall, Transcript, Turn

LARGEST = 200_000
"""Bytes of turns that are shown at most in an event: more would not fit into a record of the table."""


class TurnView(TypedDict):
    """What somebody said: `role` is user or agent; `start` and `end` in seconds from the answer."""

    role: str
    text: str
    start: float
    end: float | None


class ToolCallView(TypedDict):
    """A tool that was used; `succeeded` null where nobody told."""

    name: str
    arguments: str
    succeeded: bool | None
    at: float


class TranscriptView(TypedDict):
    """What was said in a call. `truncated`: there is more of it than is shown."""

    call_id: str
    source: str
    version: int
    sentiment: str | None
    finished_at: str | None
    turns: list[TurnView]
    tool_calls: list[ToolCallView]
    truncated: bool


def view(transcript: Transcript, *, largest: int | None = None) -> TranscriptView:
    """The final turns of a transcript, all or as many as `largest` bytes of JSON hold."""
    turns = [_turn(turn) for turn in transcript.turns if turn.final]
    tools = [_tool(tool) for tool in transcript.tool_calls]
    shown, used = _first(turns, largest), _first(tools, largest and largest // 4)
    return {
        "call_id": transcript.call_id,
        "source": transcript.source,
        "version": transcript.version,
        "sentiment": transcript.sentiment.value if transcript.sentiment else None,
        "finished_at": iso(transcript.finished_at) if transcript.finished_at else None,
        "turns": shown,
        "tool_calls": used,
        "truncated": len(shown) < len(turns) or len(used) < len(tools),
    }


_View = TypeVar("_View", TurnView, ToolCallView)


def _first(views: list[_View], room: int | None) -> list[_View]:
    if room is None:
        return views
    kept: list[_View] = []
    for one in views:
        room -= len(json.dumps(one, ensure_ascii=False).encode())
        if room < 0:
            break
        kept.append(one)
    return kept


def _turn(turn: Turn) -> TurnView:
    return {"role": turn.role.value, "text": turn.text, "start": turn.start, "end": turn.end}


def _tool(tool: ToolCall) -> ToolCallView:
    return {"name": tool.name, "arguments": tool.arguments, "succeeded": tool.succeeded, "at": tool.at}
