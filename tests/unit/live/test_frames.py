"""What a socket is due: each change once, in order, whatever it is shown of the call, and when."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.calls.models import Call, Status
from tandem.carriers.base import Outcome
from tandem.live import frames
from tandem.live.models import Progress, Socket, progress
from tandem.transcripts.models import Role, Turn

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FRESH = Socket("t", "c", "connection=", START)
INITIATED = Call("c", "t", "conversation", "customer", "outbound", "+15005550100", "+15005550001", "sandbox", START)
ANSWERED = replace(INITIATED, told_answered_at=START + timedelta(seconds=2))
COMPLETED = replace(ANSWERED, ended_at=START + timedelta(seconds=6), told_outcome=Outcome.ANSWERED_HUMAN)
FAILED = replace(INITIATED, ended_at=START + timedelta(seconds=6), told_outcome=Outcome.BUSY)
LIFE = (INITIATED, ANSWERED, COMPLETED)


def grown(changes: list[tuple[int, bool]]) -> list[tuple[Turn, ...]]:
    """The turns of a call after each change: (which turn, whether it is final then); a final one changes no more."""
    turns: dict[int, Turn] = {}
    stages: list[tuple[Turn, ...]] = [()]
    for number, final in changes:
        known = turns.get(number)
        if known is None or not known.final:
            text = f"{known.text if known else number}."
            turns[number] = Turn(f"turn-{number}", Role.USER, text, 0.0, None, final, len(stages))
            stages.append(tuple(turns.values()))
    return stages


def sent(socket: Socket, call: Call, turns: tuple[Turn, ...]) -> tuple[list[dict[str, Any]], Socket]:
    steps = list(frames.due(socket, call, turns))
    return [json.loads(step.text) for step in steps], steps[-1].after if steps else socket


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    changes=st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=25),
    looks=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), max_size=30),
    dropped_at=st.integers(0, 30),
)
def test_whenever_it_is_looked_every_final_turn_is_sent_once_and_in_order(
    changes: list[tuple[int, bool]], looks: list[tuple[int, int]], dropped_at: int
) -> None:
    stages = grown(changes)
    # What is looked at is never older than what was looked at before: the table is read consistently.
    seen = [(min(stage, len(stages) - 1), life) for stage, life in sorted(looks)]
    seen = [(stage, max(life for _, life in seen[: number + 1])) for number, (stage, _) in enumerate(seen)]
    socket, told = FRESH, []
    for number, (stage, life) in enumerate([*seen, (len(stages) - 1, 2), (len(stages) - 1, 2)]):
        if number == dropped_at:  # and comes again, saying what it has seen
            socket = replace(FRESH, sequence=socket.sequence)
        some, socket = sent(socket, LIFE[life], stages[stage])
        told += some
    turns = [turn for frame in told for turn in frame["data"].get("transcript", ())]
    sequences = [turn["sequence"] for turn in turns]
    assert sequences == sorted(set(sequences))
    finals = sorted((turn for turn in stages[-1] if turn.final), key=lambda turn: turn.sequence)
    assert [turn["text"] for turn in turns if turn["final"]] == [turn.text for turn in finals]
    assert socket.told == Progress.COMPLETED
    assert sent(socket, COMPLETED, stages[-1]) == ([], socket)


def test_a_socket_that_was_cut_off_between_two_frames_goes_on_with_the_next() -> None:
    turns = tuple(Turn(f"turn-{n}", Role.AGENT, "é" * 9000, n, n + 1, final=True, sequence=n) for n in range(1, 8))
    steps = list(frames.due(FRESH, COMPLETED, turns))
    assert len(steps) > 3
    for cut, step in enumerate(steps, start=1):
        rest = [one.text for one in frames.due(step.after, COMPLETED, turns)]
        assert rest == [one.text for one in steps[cut:]]


def test_an_answer_that_was_missed_is_told_before_the_end() -> None:
    greeted = replace(FRESH, told=Progress.INITIATED)
    told, after = sent(greeted, COMPLETED, ())
    assert [frame["data"]["status"] for frame in told] == ["in_progress", "completed"]
    assert after.told == Progress.COMPLETED
    told, _ = sent(greeted, FAILED, ())
    assert [(frame["type"], frame["data"]["status"]) for frame in told] == [("call_status_update", "failed")]


def test_what_was_said_is_told_before_the_end() -> None:
    turn = Turn("turn-1", Role.AGENT, "Goodbye.", 3.0, 4.0, final=True, sequence=1)
    told, _ = sent(replace(FRESH, told=Progress.IN_PROGRESS), COMPLETED, (turn,))
    assert [frame["type"] for frame in told] == ["transcript_update", "call_status_update"]


def test_every_status_of_a_call_has_a_word() -> None:
    words = {status: progress(replace(INITIATED, **facts)) for status, facts in FACTS.items()}
    assert words == {
        Status.INITIATED: "initiated",
        Status.RINGING: "initiated",
        Status.ANSWERED: "in_progress",
        Status.COMPLETED: "completed",
        Status.MISSED: "failed",
        Status.FAILED: "failed",
    }
    assert set(words) == set(Status)


FACTS: dict[Status, dict[str, Any]] = {
    Status.INITIATED: {},
    Status.RINGING: {"ringing_at": START},
    Status.ANSWERED: {"told_answered_at": START},
    Status.COMPLETED: {"told_answered_at": START, "ended_at": START},
    Status.MISSED: {"direction": "inbound", "ended_at": START, "told_outcome": Outcome.NO_ANSWER},
    Status.FAILED: {"ended_at": START, "told_outcome": Outcome.BUSY},
}
