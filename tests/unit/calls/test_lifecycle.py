"""The life of a call: whatever order its events come in and however often, the record is the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.calls import lifecycle
from tandem.calls.lifecycle import give_up, merge, settle
from tandem.calls.models import INBOUND, OUTBOUND, REACHED, Call, DialState, Recording, RecordingState, Status
from tandem.calls.store import from_item, insertion
from tandem.carriers.base import CarrierEvent, Cost, Dial, Happened, Outcome
from tandem.carriers.sandbox import SCRIPTS, Script, _message, event_of
from tandem.events.models import RECORDING_FOUND

START = datetime(2026, 1, 1, tzinfo=UTC)


def call(direction: str = OUTBOUND) -> Call:
    return Call("c", "t", "v", "u", direction, "+15005550100", "+15005550001", "sandbox", START)


def at(seconds: int, happened: Happened, **more: object) -> CarrierEvent:
    return CarrierEvent(happened, "S1", START + timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


def script_events(script: Script) -> list[CarrierEvent]:
    dial = Dial("t.c", "+15005550100", "+15005550001", record=True)
    told = [event_of(_message(step, dial, "S1", START)) for step in script.steps]
    return [event for event in told if event]


def stored(call: Call) -> dict[str, Any]:
    """The call as it is written."""
    return insertion(call, START).item


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


ANSWERED = [Outcome.ANSWERED_HUMAN, Outcome.VOICEMAIL]
UNANSWERED = {
    Status.FAILED: [Outcome.BUSY, Outcome.DECLINED, Outcome.INVALID_NUMBER, Outcome.CARRIER_ERROR, Outcome.UNKNOWN],
    Status.MISSED: [Outcome.NO_ANSWER, Outcome.CANCELED],
}
COSTS = [Cost("0.01", "USD"), Cost("0.010", "USD"), Cost("0.01", "KES"), Cost("9.5", "USD"), Cost("10", "USD"), None]


@st.composite
def histories(draw: st.DrawFn) -> tuple[str, list[CarrierEvent]]:
    """What a carrier may tell of one call without contradicting itself: ends that agree on what status it ends in. All
    else may differ, and come late: times, durations, causes, costs, recordings, ids."""
    answered = draw(st.booleans())
    direction = draw(st.sampled_from([OUTBOUND, INBOUND]))
    status = draw(st.sampled_from([*UNANSWERED]))
    known = ANSWERED if answered else UNANSWERED[status]
    said = [*known, None] if answered else known
    durations = st.none() | st.integers(1, 100) if answered else st.sampled_from([0, None])

    def told(happened: Happened, most: int, **more: object) -> list[CarrierEvent]:
        times = draw(st.lists(st.integers(0, 60), max_size=most))
        return [
            replace(at(time, happened, **more), carrier_call_id=draw(st.sampled_from(["S1", "S2"]))) for time in times
        ]

    events = [
        at(
            draw(st.integers(10, 40)),
            Happened.ENDED,
            outcome=draw(st.sampled_from(said)),
            duration=draw(durations),
            answered_at=START + timedelta(seconds=draw(st.integers(0, 60)))
            if answered and draw(st.booleans())
            else None,
            cause=draw(st.sampled_from(["A", "B", None])),
            cost=draw(st.sampled_from(COSTS)),
            recording=draw(st.sampled_from(["r1", "r4", None])),
        )
        for _ in range(draw(st.integers(1, 3)))
    ]
    events += told(Happened.RINGING, 2) + told(Happened.OTHER, 1)
    events += [event for name in ("r2", "r3", "r1") for event in told(Happened.RECORDED, 1, recording=name)]
    if answered:
        events += [at(draw(st.integers(0, 60)), Happened.ANSWERED), *told(Happened.ANSWERED, 2)]
    return direction, events


@settings(max_examples=500, deadline=None)
@given(history=histories(), data=st.data())
def test_any_truthful_history_in_any_order_and_with_repetitions_is_one_stored_record(
    history: tuple[str, list[CarrierEvent]], data: st.DataObject
) -> None:
    direction, events = history
    expected = run(events, call(direction))
    assert expected.status.is_final
    repeated = data.draw(st.lists(st.sampled_from(events), max_size=4))
    shuffled = data.draw(st.permutations([*events, *repeated]))
    kept = run(shuffled, call(direction))
    assert stored(kept) == stored(expected)
    assert (kept.answered_at, kept.duration, kept.outcome) == (
        expected.answered_at,
        expected.duration,
        expected.outcome,
    )


@settings(max_examples=300, deadline=None)
@given(history=histories(), data=st.data())
def test_what_is_read_back_between_two_events_is_what_was_written(
    history: tuple[str, list[CarrierEvent]], data: st.DataObject
) -> None:
    direction, events = history
    present = call(direction)
    for event in events:
        present = merge(present, event)
        kept = {name: value for name, value in stored(present).items() if value is not None}
        assert from_item(kept) == present


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


def test_facts_are_kept_raw_and_what_follows_from_them_is_not_kept() -> None:
    ended = run([at(9, Happened.ENDED, duration=5), at(12, Happened.ANSWERED)])
    assert (ended.outcome, ended.answered_at) == (Outcome.ANSWERED_HUMAN, START + timedelta(seconds=4))
    kept = stored(ended)
    assert (kept["outcome"], kept["answered_at"], kept["status"]) == (None, "2026-01-01T00:00:12.000Z", "completed")


def test_of_contradicting_ends_the_first_is_believed() -> None:
    busy, talked = at(3, Happened.ENDED, outcome=Outcome.BUSY), at(4, Happened.ENDED, outcome=Outcome.VOICEMAIL)
    assert [run(order).outcome for order in ([busy, talked], [talked, busy])] == [Outcome.BUSY, Outcome.VOICEMAIL]


@pytest.mark.parametrize("order", [*permutations(range(4))])
def test_of_charges_that_are_worth_the_same_one_is_kept_whatever_the_order(order: tuple[int, ...]) -> None:
    ends = [at(9, Happened.ENDED, outcome=Outcome.BUSY, cost=cost) for cost in COSTS[:3]]
    ends.append(at(9, Happened.ENDED, outcome=Outcome.BUSY, cost=Cost("0.009", "USD")))
    assert run([ends[number] for number in order]).cost == Cost("0.010", "USD")


def test_of_several_recordings_the_first_by_name_is_wanted_until_one_is_fetched() -> None:
    first = run([at(1, Happened.RECORDED, recording="r2")])
    other = merge(first, at(2, Happened.RECORDED, recording="r1"))
    assert other.recording == Recording(RecordingState.PENDING, "r1")
    assert lifecycle.events_between(first, other) == [RECORDING_FOUND]
    fetched = replace(first, recording=Recording(RecordingState.AVAILABLE, "r2", "key"))
    assert merge(fetched, at(2, Happened.RECORDED, recording="r1")) is fetched
    assert lifecycle.events_between(first, fetched) == ["call.recording.available"]


def test_an_answered_call_of_whose_end_nobody_tells_is_assumed_to_be_talked_out() -> None:
    answered = run([at(1, Happened.ANSWERED)])
    assumed = give_up(answered, START + timedelta(hours=12))
    assert (assumed.status, assumed.outcome, assumed.duration) == (Status.COMPLETED, Outcome.ANSWERED_HUMAN, None)
    assert assumed.cause is not None
    assert "assumed" in assumed.cause
    assert stored(assumed)["end_assumed"] is True
    assert give_up(assumed, START + timedelta(hours=13)) is assumed


@pytest.mark.parametrize("outcome", [None, *Outcome])
@pytest.mark.parametrize("hour", [1, 14])
def test_an_end_that_is_told_takes_the_place_of_an_assumed_one(hour: int, outcome: Outcome | None) -> None:
    answered = run([at(1, Happened.ANSWERED)])
    end = at(hour * 3600, Happened.ENDED, outcome=outcome, cause="NORMAL_CLEARING", duration=40)
    late = merge(give_up(answered, START + timedelta(hours=12)), end)
    assert (late.status, late.duration, late.cause) == (Status.COMPLETED, 40, "NORMAL_CLEARING")
    if outcome is None or outcome in REACHED:
        assert late == merge(answered, end)


def test_a_call_that_was_never_answered_is_given_up_as_failed() -> None:
    given_up = give_up(merge(call(), at(1, Happened.RINGING)), START + timedelta(hours=12))
    assert (given_up.status, given_up.outcome, given_up.duration) == (Status.FAILED, Outcome.UNKNOWN, 0)
    ended = merge(call(), at(9, Happened.ENDED))
    assert give_up(ended, START + timedelta(hours=12)) is ended
