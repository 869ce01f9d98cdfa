"""The life of a call: whatever order its events come in and however often, the record is the same."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.calls import lifecycle
from tandem.calls.lifecycle import merge, settle
from tandem.calls.models import INBOUND, OUTBOUND, Call, DialState, RecordingState, Status
from tandem.carriers.base import CarrierEvent, Cost, Dial, Happened, Outcome
from tandem.carriers.sandbox import SCRIPTS, Script, _message, event_of
from tandem.events.models import RECORDING_FOUND

START = datetime(2026, 1, 1, tzinfo=UTC)
REACHED = (Outcome.ANSWERED_HUMAN, Outcome.VOICEMAIL)


def call(direction: str = OUTBOUND) -> Call:
    return Call("c", "t", "v", "u", direction, "+15005550100", "+15005550001", "sandbox", START)


def at(seconds: int, happened: Happened, **more: object) -> CarrierEvent:
    return CarrierEvent(happened, "S1", START + timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


def script_events(script: Script) -> list[CarrierEvent]:
    dial = Dial("t.c", "+15005550100", "+15005550001", "", record=True)
    told = [event_of(_message(step, dial, "S1", START)) for step in script.steps]
    return [event for event in told if event]


def run(events: list[CarrierEvent] | tuple[CarrierEvent, ...], first: Call | None = None) -> Call:
    return reduce(merge, events, first or call())


@pytest.mark.parametrize("number", [number for number, script in SCRIPTS.items() if script.steps])
def test_every_order_of_a_scripts_events_ends_in_the_same_record(number: str) -> None:
    events = script_events(SCRIPTS[number])
    expected = run(events)
    assert expected.status.is_final
    assert all(run(order) == expected for order in permutations(events))


@pytest.mark.parametrize("number", [number for number, script in SCRIPTS.items() if 0 < len(script.steps) <= 4])
def test_every_order_with_every_event_doubled_in_turn_is_the_same(number: str) -> None:
    events = script_events(SCRIPTS[number])
    expected = run(events)
    for doubled in events:
        assert all(run(order) == expected for order in permutations([*events, doubled]))


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[CarrierEvent]]:
    """What a carrier may truthfully tell of one call: ends that agree on whether it was answered."""
    outcome = draw(st.sampled_from([*Outcome]))
    answered = outcome in REACHED
    duration = draw(st.integers(1, 100)) if answered else 0
    end = 10 + duration
    said = [outcome, None] if answered else [outcome]
    events = [
        at(
            end + draw(st.integers(0, 3)),
            Happened.ENDED,
            outcome=draw(st.sampled_from(said)),
            duration=draw(st.sampled_from([duration, None])) if answered else draw(st.sampled_from([0, None])),
            cause=draw(st.sampled_from(["A", "B", None])),
            cost=draw(st.sampled_from([Cost("0.01", "USD"), Cost("0.02", "USD"), None])),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    if all(event.outcome is None for event in events):
        events.append(at(end, Happened.ENDED, outcome=outcome))
    events += [at(draw(st.integers(0, 5)), Happened.RINGING) for _ in range(draw(st.integers(0, 2)))]
    if answered:
        events += [at(draw(st.integers(6, 9)), Happened.ANSWERED) for _ in range(draw(st.integers(1, 2)))]
        events += [at(end + 1, Happened.RECORDED, recording="r1") for _ in range(draw(st.integers(0, 2)))]
    events += [at(draw(st.integers(0, 9)), Happened.OTHER) for _ in range(draw(st.integers(0, 1)))]
    return draw(st.sampled_from([OUTBOUND, INBOUND])), events


@settings(max_examples=400, deadline=None)
@given(history=histories(), data=st.data())
def test_any_truthful_history_in_any_order_and_with_repetitions_is_one_record(
    history: tuple[str, list[CarrierEvent]], data: st.DataObject
) -> None:
    direction, events = history
    expected = run(events, call(direction))
    assert expected.status.is_final
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeated]))
    assert run(shuffled, call(direction)) == expected


any_event = st.builds(
    at,
    st.integers(0, 100),
    st.sampled_from(list(Happened)),
    outcome=st.none() | st.sampled_from(list(Outcome)),
    duration=st.none() | st.integers(0, 50),
    cause=st.none() | st.sampled_from(["A", "B"]),
    recording=st.none() | st.sampled_from(["r1", "r2"]),
)


@settings(max_examples=400, deadline=None)
@given(events=st.lists(any_event, max_size=12), direction=st.sampled_from([INBOUND, OUTBOUND]))
def test_a_final_status_is_never_left_whatever_is_told(events: list[CarrierEvent], direction: str) -> None:
    present, final = call(direction), None
    for event in events:
        present = merge(present, event)
        assert final is None or present.status == final
        final = present.status if present.status.is_final else None
        again = merge(present, event)
        assert again is present  # nothing new: the very same record, and nothing is written
        duration = present.duration
        assert (duration is None) == (not present.status.is_final)
        assert duration is None or duration >= 0


@pytest.mark.parametrize("direction", [INBOUND, OUTBOUND])
@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_status_of_an_end_follows_from_outcome_and_direction(outcome: Outcome, direction: str) -> None:
    ended = merge(call(direction), at(5, Happened.ENDED, outcome=outcome))
    if outcome in REACHED:
        expected = Status.COMPLETED
    elif direction == INBOUND and outcome in (Outcome.NO_ANSWER, Outcome.CANCELED):
        expected = Status.MISSED
    else:
        expected = Status.FAILED
    assert (ended.status, ended.outcome) == (expected, outcome)


def test_an_end_that_does_not_say_how_waits_for_a_late_answer() -> None:
    ended = merge(call(), at(9, Happened.ENDED))
    assert ended.status == Status.INITIATED
    answered = merge(ended, at(4, Happened.ANSWERED))
    assert (answered.status, answered.outcome, answered.duration) == (Status.COMPLETED, Outcome.ANSWERED_HUMAN, 5)


@pytest.mark.parametrize(("direction", "status"), [(OUTBOUND, Status.FAILED), (INBOUND, Status.MISSED)])
def test_an_end_that_stays_unsaid_is_settled_as_not_answered(direction: str, status: Status) -> None:
    settled = settle(merge(call(direction), at(9, Happened.ENDED)))
    assert (settled.status, settled.outcome, settled.duration) == (status, Outcome.NO_ANSWER, 0)


def test_there_is_nothing_to_settle_before_the_end_or_after_it_is_decided() -> None:
    ringing = merge(call(), at(1, Happened.RINGING))
    busy = merge(ringing, at(2, Happened.ENDED, outcome=Outcome.BUSY))
    assert settle(ringing) is ringing
    assert settle(busy) is busy


def test_a_carrier_that_speaks_of_a_call_has_placed_it() -> None:
    rung = merge(call(), at(1, Happened.RINGING))
    assert (rung.dial, rung.carrier_call_id) == (DialState.ACCEPTED, "S1")
    unheard = merge(call(), CarrierEvent(Happened.ENDED, "", START, outcome=Outcome.PLATFORM_ERROR))
    assert (unheard.dial, unheard.carrier_call_id) == (DialState.INTENDED, None)


def test_an_end_brings_answer_recording_and_talk_with_it() -> None:
    answered_at = START + timedelta(seconds=3)
    ended = merge(call(), at(9, Happened.ENDED, duration=5, answered_at=answered_at, recording="r1"))
    assert (ended.status, ended.answered_at, ended.duration) == (Status.COMPLETED, answered_at, 5)
    assert ended.recording is not None
    assert (ended.recording.state, ended.recording.source) == (RecordingState.PENDING, "r1")


def test_events_name_each_step_once_and_a_missed_call_failed() -> None:
    first = call(INBOUND)
    rung = merge(first, at(1, Happened.RINGING))
    missed = merge(rung, at(9, Happened.ENDED, outcome=Outcome.NO_ANSWER))
    assert lifecycle.events_between(first, rung) == ["call.ringing"]
    assert lifecycle.events_between(rung, missed) == ["call.failed"]
    assert lifecycle.events_between(missed, missed) == []
    done = run([at(2, Happened.ANSWERED), at(6, Happened.ENDED, outcome=Outcome.ANSWERED_HUMAN, recording="r1")])
    assert lifecycle.events_between(first, done) == ["call.completed", RECORDING_FOUND]
