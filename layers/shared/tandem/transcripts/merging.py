"""How a transcript grows: what is told of it comes in any order and any number, and the record is the same. Pure.

A final turn stays as it is. Of what is told of a turn before that, the longest stands. A whole transcript at the end
takes the place of what was streamed, whether that came before it or comes late.
"""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tandem.transcripts.models import Header, Held, Sentiment, ToolCall, Turn

LONGEST_TEXT = 10_000
"""Characters that are kept of a turn, and of a tool's arguments."""

LONGEST_ID = 200


def heard(held: Held, source: str, turns: Sequence[Turn], tools: Sequence[ToolCall], moment: datetime) -> Held:
    """With what was streamed; the very same object when there is nothing new in it. Where the transcript is finished
    already, and something final is new, it is finished anew."""
    header = held.header or Header(source)
    if header.whole:
        return held
    sequence, kept_turns = _with_turns(held.turns, _clean_turns(turns), header.sequence)
    kept_tools = _with_tools(held.tools, _clean_tools(tools))
    if held.header and kept_turns == held.turns and kept_tools == held.tools:
        return held
    after = _counted(header, held.tools, kept_tools)
    if header.finished_at and (_final(kept_turns) != _final(held.turns) or kept_tools != held.tools):
        after = _finished_anew(after, moment)
    return Held(replace(after, sequence=sequence), kept_turns, kept_tools)


def finished(
    held: Held,
    source: str,
    moment: datetime,
    *,
    turns: Sequence[Turn] | None = None,
    tools: Sequence[ToolCall] | None = None,
    sentiment: Sentiment | None = None,
) -> Held:
    """At the end of the conversation; the very same object when that is how it stands already."""
    header = held.header or Header(source)
    sequence, kept_turns = header.sequence, held.turns
    kept_tools = held.tools if tools is None else _with_tools({}, _clean_tools(tools))
    if turns is not None:
        sequence, kept_turns = _instead_of(held.turns, _clean_turns(turns), header.sequence)
    same = kept_turns == held.turns and kept_tools == held.tools
    whole = header.whole or turns is not None
    tried, succeeded = _figures(kept_tools)
    after = replace(header, tools=tried, tools_succeeded=succeeded, sequence=sequence, whole=whole)
    if turns is not None:
        after = replace(after, source=source)
    if header.finished_at is None or not same:
        after = _finished_anew(after, moment)
    after = replace(after, sentiment=sentiment or after.sentiment)
    return held if after == held.header and same else Held(after, kept_turns, kept_tools)


def judged(header: Header, version: int, sentiment: Sentiment) -> Header:
    """With the mood of this version, unless it has one, or another version has come."""
    if header.version != version or header.sentiment is not None:
        return header
    return replace(header, sentiment=sentiment)


def clean_id(name: str) -> str:
    """A provider's id as it is kept."""
    return _text(name, LONGEST_ID)


def _finished_anew(header: Header, moment: datetime) -> Header:
    return replace(header, finished_at=header.finished_at or moment, version=header.version + 1, sentiment=None)


def _with_turns(known: Mapping[str, Turn], told: Iterable[Turn], sequence: int) -> tuple[int, dict[str, Turn]]:
    turns = dict(known)
    for turn in told:
        before = turns.get(turn.turn_id)
        if before is None or (not before.final and _says_more(turn, before)):
            sequence += 1
            turns[turn.turn_id] = replace(turn, sequence=sequence)
    return sequence, turns


def _says_more(told: Turn, known: Turn) -> bool:
    """Whether this is later news of the turn: by itself, not by when it came."""
    if told.final:
        return True
    return _extent(told) > _extent(known)


def _extent(turn: Turn) -> tuple[float, int, str]:
    return (turn.end if turn.end is not None else turn.start, len(turn.text), turn.text)


def _instead_of(known: Mapping[str, Turn], told: Iterable[Turn], sequence: int) -> tuple[int, dict[str, Turn]]:
    """The whole transcript; turns that it says the same of keep their sequence."""
    turns: dict[str, Turn] = {}
    for turn in told:
        before = known.get(turn.turn_id)
        if before and replace(before, sequence=0) == turn:
            turns[turn.turn_id] = before
        else:
            sequence += 1
            turns[turn.turn_id] = replace(turn, sequence=sequence)
    return sequence, turns


def _with_tools(known: Mapping[str, ToolCall], told: Iterable[ToolCall]) -> dict[str, ToolCall]:
    """A tool that was called, then what came of it, which stays."""
    tools = dict(known)
    for tool in told:
        before = tools.get(tool.tool_call_id)
        if before is None or (before.succeeded is None and tool.succeeded is not None):
            tools[tool.tool_call_id] = tool if before is None else replace(before, succeeded=tool.succeeded)
    return tools


def _counted(header: Header, before: Mapping[str, ToolCall], after: Mapping[str, ToolCall]) -> Header:
    """With the tools counted, of which only those looked up are at hand."""
    tried, succeeded = _figures(after)
    tried_before, succeeded_before = _figures(before)
    return replace(
        header,
        tools=header.tools + tried - tried_before,
        tools_succeeded=header.tools_succeeded + succeeded - succeeded_before,
    )


def _figures(tools: Mapping[str, ToolCall]) -> tuple[int, int]:
    return len(tools), sum(tool.succeeded is True for tool in tools.values())


def _final(turns: Mapping[str, Turn]) -> set[str]:
    return {turn.turn_id for turn in turns.values() if turn.final}


def _clean_turns(turns: Iterable[Turn]) -> list[Turn]:
    return [
        replace(
            turn,
            turn_id=clean_id(turn.turn_id),
            text=_text(turn.text, LONGEST_TEXT),
            start=_seconds(turn.start),
            end=None if turn.end is None else max(_seconds(turn.start), _seconds(turn.end)),
            sequence=0,
        )
        for turn in turns
        if turn.text.strip()
    ]


def _clean_tools(tools: Iterable[ToolCall]) -> list[ToolCall]:
    return [
        replace(
            tool,
            tool_call_id=clean_id(tool.tool_call_id),
            name=_text(tool.name, LONGEST_ID),
            arguments=_arguments(tool.arguments),
            at=_seconds(tool.at),
        )
        for tool in tools
    ]


def _text(text: str, longest: int) -> str:
    """So much of it, as UTF-8 can say it."""
    return text.strip()[:longest].encode("utf-8", "replace").decode()


def _arguments(text: str) -> str:
    """JSON stays JSON: too much of it becomes the text of its beginning."""
    clean = text.encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST_TEXT else json.dumps(clean[: LONGEST_TEXT // 2], ensure_ascii=False)


def _seconds(seconds: float) -> float:
    """Milliseconds are as exact as it gets; what is no time of a call is its beginning."""
    return round(max(0.0, float(seconds)), 3) if math.isfinite(seconds) else 0.0
