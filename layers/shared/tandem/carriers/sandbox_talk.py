"""What is said in the sandbox's calls, by the number dialled: short conversations, as long as the calls' talk. Pure.

With an AI agent, the carrier tells of each turn while the call lasts. In calls of people nobody listens in: there the
words are in the recording, as a comment beside the sound, for what transcribes it locally.
"""

import json
import math
from collections.abc import Iterator
from typing import Any

from tandem.carriers.base import Heard, Role, ToolCall, Turn
from tandem.records import record


@record
class Line:
    """What one of the two says; seconds from the answer."""

    role: Role
    text: str
    start: float
    end: float


@record
class Talk:
    """A conversation: its lines, and the tool that an AI agent uses in it."""

    lines: tuple[Line, ...]
    seconds: int
    tool_at: float | None = None
    tool_succeeds: bool = True
    scrambled: bool = False
    """Told in another order than it was said in, and twice."""


@record
class Words:
    """Something the carrier tells of a conversation `told` seconds after the answer."""

    told: int
    turns: tuple[Turn, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    finished: bool = False


_HELLO = Line(Role.AGENT, "Hello, how can I help you?", 0.0, 0.9)
_WHERE = Line(Role.USER, "Where is my order, please?", 1.0, 2.5)
_TOOL_AT = 2.6
_TALK = Talk(
    (
        _HELLO,
        _WHERE,
        Line(Role.AGENT, "It arrives tomorrow morning.", 2.7, 3.4),
        Line(Role.USER, "Great, thank you very much!", 3.5, 4.0),
    ),
    seconds=4,
    tool_at=_TOOL_AT,
)
_NEUTRAL = Talk(
    (
        _HELLO,
        _WHERE,
        Line(Role.AGENT, "It arrives on Monday.", 2.7, 3.4),
        Line(Role.USER, "On Monday, then.", 3.5, 4.0),
    ),
    seconds=4,
    tool_at=_TOOL_AT,
    scrambled=True,
)
_COMPLAINT = Talk(
    (
        _HELLO,
        Line(Role.USER, "My order is late again, that is terrible.", 1.0, 2.5),
        Line(Role.AGENT, "I cannot find it, sorry.", 2.7, 3.4),
        Line(Role.USER, "I am very disappointed.", 3.5, 4.0),
    ),
    seconds=4,
    tool_at=_TOOL_AT,
    tool_succeeds=False,
)
_MACHINE = Talk(
    (
        Line(Role.USER, "Nobody can take your call. Please leave a message.", 0.0, 2.4),
        Line(Role.AGENT, "Hello, please call us back. Goodbye.", 2.6, 5.4),
    ),
    seconds=6,
)
MESSAGE = Talk(
    (Line(Role.USER, "Hello, this is Ada Obi. Please call me back about my order. Thank you.", 0.2, 3.8),), seconds=4
)
"""What a caller leaves who reaches nobody."""

_TALKS = {
    "+15005550005": _MACHINE,
    "+15005550008": _NEUTRAL,
    "+15005550009": _COMPLAINT,
}


def talk(number: str) -> Talk:
    """What is said when this number is called and answers."""
    return _TALKS.get(number, _TALK)


def live(number: str, first_message: str | None) -> list[Words]:
    """What the carrier tells of an AI agent's conversation, in the order of telling; the agent says its own first
    message, if it has one."""
    said = talk(number)
    words = [each for position, line in enumerate(said.lines) for each in _told(position, line, first_message)]
    if said.tool_at is not None:
        tool = ToolCall("tool-1", "find_order", '{"order": "1042"}', None, said.tool_at)
        done = ToolCall(tool.tool_call_id, tool.name, tool.arguments, said.tool_succeeds, tool.at)
        words += [Words(_tick(tool.at), tool_calls=(tool,)), Words(_tick(tool.at + 0.5), tool_calls=(done,))]
    words = sorted(words, key=lambda each: each.told)
    if said.scrambled:
        words = [Words(1 + index % said.seconds, one.turns, one.tool_calls) for index, one in enumerate(words[::-1])]
        words = sorted([*words, *words[:2]], key=lambda each: each.told)
    return [*words, Words(said.seconds + 1, finished=True)]


def _told(position: int, line: Line, first_message: str | None) -> Iterator[Words]:
    """A line as it is understood: what there is of it half-way, then all of it."""
    text = first_message if first_message and line.role == Role.AGENT and line.start < 1 else line.text
    turn = Turn(f"turn-{position + 1}", line.role, text, line.start, line.end, final=True)
    middle = round((line.start + line.end) / 2, 3)
    if _tick(middle) < _tick(line.end):
        half = text[: max(1, len(text) // 2)].rpartition(" ")[0] or text[:1]
        yield Words(_tick(middle), (Turn(turn.turn_id, turn.role, half, turn.start, middle, final=False),))
    yield Words(_tick(line.end), (turn,))


def _tick(seconds: float) -> int:
    """The carrier tells of it with the next full second."""
    return math.ceil(seconds)


def comment(said: Talk) -> str:
    """A conversation as the recording's comment has it: who says what, and when."""
    lines = [{"role": line.role.value, "text": line.text, "start": line.start, "end": line.end} for line in said.lines]
    return json.dumps(lines)


def written(words: Words) -> dict[str, Any]:
    """As a message of the carrier says it."""
    return {
        "turns": [
            {"id": t.turn_id, "role": t.role.value, "text": t.text, "start": t.start, "end": t.end, "final": t.final}
            for t in words.turns
        ],
        "tool_calls": [
            {"id": t.tool_call_id, "name": t.name, "arguments": t.arguments, "succeeded": t.succeeded, "at": t.at}
            for t in words.tool_calls
        ],
        "finished": words.finished,
    }


def heard_of(message: Any) -> Heard | None:
    """What a message tells of a conversation; None for one that tells of something else, or nothing."""
    try:
        said = message["said"]
        return Heard(
            carrier_call_id=str(message["session"]),
            reference=message.get("reference"),
            turns=[
                Turn(t["id"], Role(t["role"]), t["text"], float(t["start"]), t["end"] and float(t["end"]), t["final"])
                for t in said["turns"]
            ],
            tool_calls=[
                ToolCall(t["id"], t["name"], t["arguments"], t["succeeded"], float(t["at"])) for t in said["tool_calls"]
            ],
            finished=bool(said["finished"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
