"""What a socket is sent, given what it was sent before and how its call stands now. Pure.

However often and in whatever order changes are told, each socket gets each change of the transcript once, in the order
of its sequence: what is due follows from the state alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tandem.calls.models import Call
from tandem.clock import iso
from tandem.live.models import Progress, Socket, progress
from tandem.records import record
from tandem.transcripts.models import Turn

LARGEST = 32 * 1024
"""Bytes of a frame: API Gateway counts, and is paid for, messages of 32 kB. A single turn may be larger, up to 60 kB;
the gateway takes 128."""

_ENVELOPE = 512
"""Bytes that a frame has besides its turns, at most."""


@record
class Step:
    """A frame to send, and the socket as it is when that was sent."""

    text: str
    after: Socket


def due(socket: Socket, call: Call, turns: Iterable[Turn]) -> Iterator[Step]:
    """The frames that a socket is to be sent, in order: what was said before what has become of the call."""
    changed = sorted((turn for turn in turns if turn.sequence > socket.sequence), key=lambda turn: turn.sequence)
    chunks = list(_chunks(changed))
    standing = progress(call)
    if socket.told is None:
        first = chunks.pop(0) if chunks else []
        socket = replace(_having(socket, first), told=standing)
        yield Step(_frame("connected", socket, status=standing.value, transcript=list(map(view, first))), socket)
    elif socket.told is Progress.INITIATED and call.answered_at:
        socket = replace(socket, told=Progress.IN_PROGRESS)
        yield Step(_status(socket, call), socket)
    for chunk in chunks:
        socket = _having(socket, chunk)
        yield Step(_frame("transcript_update", socket, transcript=list(map(view, chunk))), socket)
    if standing.is_final and socket.told != standing:
        socket = replace(socket, told=standing)
        yield Step(_status(socket, call), socket)


def reply(text: str) -> str:
    """The answer to what a client says: `ping` is all there is to say."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return error("A message is a JSON object.")
    if isinstance(said, dict) and said.get("type") == "ping":
        return _json({"type": "pong"})
    return error('The only message is {"type": "ping"}.')


def error(message: str) -> str:
    """A frame that says what is wrong."""
    return _json({"type": "error", "error": message})


def view(turn: Turn) -> dict[str, Any]:
    """A turn as it is sent: one that is not final comes again, under the same `turn_id`."""
    return {
        "turn_id": turn.turn_id,
        "role": turn.role.value,
        "text": turn.text,
        "start": turn.start,
        "end": turn.end,
        "final": turn.final,
        "sequence": turn.sequence,
    }


def _chunks(turns: Iterable[Turn]) -> Iterator[list[Turn]]:
    chunk: list[Turn] = []
    size = _ENVELOPE
    for turn in turns:
        more = len(_json(view(turn)).encode()) + 1
        if chunk and size + more > LARGEST:
            yield chunk
            chunk, size = [], _ENVELOPE
        chunk.append(turn)
        size += more
    if chunk:
        yield chunk


def _having(socket: Socket, chunk: Sequence[Turn]) -> Socket:
    return replace(socket, sequence=chunk[-1].sequence) if chunk else socket


def _status(socket: Socket, call: Call) -> str:
    told = str(socket.told)
    ended: dict[str, Any] = {}
    if socket.told and socket.told.is_final:
        ended = {
            "ended_at": iso(call.ended_at) if call.ended_at else None,
            "duration_seconds": call.duration,
            "outcome": call.outcome.value if call.outcome else None,
        }
    return _frame("call_status_update", socket, status=told, **ended)


def _frame(kind: str, socket: Socket, **data: Any) -> str:
    return _json({"type": kind, "data": {"call_id": socket.call_id, "sequence": socket.sequence, **data}})


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
