"""Figures of calls: they add up, and however a span is put together, it is what its calls come to."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.analytics.models import Level, bounds, period, pieces
from tandem.analytics.rollup import HOUR, Figures, from_item, merged, of_call, of_longer, plan, to_item
from tandem.calls.models import Call, Recording, RecordingState
from tandem.carriers.base import Outcome
from tandem.ids import earliest_id
from tandem.transcripts.models import Sentiment, Summary

calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a machine that has much else to do."""

BEGIN = datetime(2024, 2, 28, 21, tzinfo=UTC)
SPAN = int(timedelta(days=35).total_seconds())


def a_call(moment: datetime, **facts: object) -> Call:
    given = {"direction": "outbound", "carrier": "sandbox", "agent_id": "a", **facts}
    return Call(
        call_id=earliest_id(moment),
        tenant_id="t",
        conversation_id="c",
        customer_id="x",
        from_number="+15005550100",
        to_number="+15005550001",
        created_at=moment,
        **given,  # type: ignore[arg-type]
    )


FACTS: list[dict[str, object]] = [
    {},
    {"ringing_at": BEGIN},
    {"told_answered_at": BEGIN},
    {"ended_at": BEGIN, "told_outcome": Outcome.BUSY},
    {"ended_at": BEGIN, "told_outcome": Outcome.NO_ANSWER, "direction": "inbound"},
    {"ended_at": BEGIN, "told_outcome": Outcome.ANSWERED_HUMAN, "talk_seconds": 61},
    {"ended_at": BEGIN, "told_outcome": Outcome.ANSWERED_HUMAN, "talk_seconds": 0, "agent_id": None},
    {"ended_at": BEGIN, "told_outcome": Outcome.VOICEMAIL, "told_answered_at": BEGIN - timedelta(seconds=7)},
    {"ended_at": BEGIN, "told_answered_at": BEGIN, "end_assumed": True},
]
facts = st.sampled_from(FACTS)
recordings = st.sampled_from([None, *(Recording(state, "https://carrier.example/1.mp3") for state in RecordingState)])
heard = st.none() | st.builds(Summary, st.integers(0, 4), st.integers(0, 4), st.sampled_from([None, *Sentiment]))
moments = st.integers(0, SPAN).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
of_some_call = st.builds(
    lambda moment, given, recording, said: of_call(a_call(moment, **given, recording=recording), said),
    moments,
    facts,
    recordings,
    heard,
)
some_figures = st.lists(of_some_call, max_size=6).map(merged)


@pytest.mark.parametrize(
    ("given", "completed", "timed", "seconds"),
    [
        (FACTS[0], 0, 0, 0),
        (FACTS[2], 0, 0, 0),
        (FACTS[3], 0, 0, 0),
        (FACTS[4], 0, 0, 0),
        (FACTS[5], 1, 1, 61),
        (FACTS[6], 1, 1, 0),
        (FACTS[7], 1, 1, 7),
        (FACTS[8], 1, 0, 0),
    ],
)
def test_a_call_counts_by_how_it_stands(given: dict[str, object], completed: int, timed: int, seconds: int) -> None:
    found = of_call(a_call(BEGIN, **given))
    assert (found.calls, found.completed, found.timed, found.seconds) == (1, completed, timed, seconds)
    assert found.direction == Counter([given.get("direction", "outbound")])
    assert found.carrier == Counter(sandbox=1)
    assert found.agent == (Counter() if given.get("agent_id", "a") is None else Counter(a=1))


@pytest.mark.parametrize("state", [None, *RecordingState])
def test_only_the_recording_of_a_completed_call_that_can_be_fetched_counts(state: RecordingState | None) -> None:
    recording = Recording(state, "s") if state else None
    assert of_call(a_call(BEGIN, **FACTS[5], recording=recording)).recordings == (state == RecordingState.AVAILABLE)
    assert of_call(a_call(BEGIN, **FACTS[2], recording=recording)).recordings == 0


def test_a_transcript_adds_its_tools_and_mood() -> None:
    found = of_call(a_call(BEGIN), Summary(3, 2, Sentiment.NEUTRAL))
    assert (found.tools, found.tools_succeeded, found.sentiment) == (3, 2, Counter(neutral=1))
    assert of_call(a_call(BEGIN), Summary(0, 0, None)) == of_call(a_call(BEGIN))


@calmly
@given(parts=st.lists(some_figures, max_size=6), cut=st.integers(0, 6))
def test_figures_add_up_whichever_way_they_are_split(parts: list[Figures], cut: int) -> None:
    assert merged([merged(parts[:cut]), merged(parts[cut:])]) == merged(parts)
    assert merged(reversed(parts)) == merged(parts)
    assert merged([*parts, Figures()]) == merged(parts)


@calmly
@given(figures=some_figures)
def test_figures_are_read_as_they_were_stored(figures: Figures) -> None:
    item = to_item(figures)
    assert from_item(item) == figures
    assert all(item.values()), "what is nothing takes no room"


@calmly
@given(parts=st.lists(some_figures, max_size=4))
def test_a_day_tells_everything_but_who_took_the_calls(parts: list[Figures]) -> None:
    assert of_longer(parts) == replace(merged(parts), agent=Counter())


@calmly
@given(start=moments, end=moments, longest=st.sampled_from(list(Level)))
def test_pieces_are_whole_periods_no_longer_than_wanted(start: datetime, end: datetime, longest: Level) -> None:
    found = pieces(start, end, longest)
    covered = timedelta()
    for piece in found:
        assert piece.start
        assert piece.end
        covered += piece.end - piece.start
        if piece.level is not None:
            assert list(Level).index(piece.level) <= list(Level).index(longest)
            assert {bounds(piece.level, period(piece.level, each))[0] for each in (piece.start, piece.end)} == {
                piece.start,
                piece.end,
            }
    assert covered == max(timedelta(), end - start)


@dataclass
class Kept:
    """Calls, and the figures of their hours, days and months as they were computed last: a table in memory."""

    calls: dict[int, tuple[datetime, Figures]] = field(default_factory=dict)
    computed: dict[tuple[Level, datetime], Figures] = field(default_factory=dict)
    stale: set[datetime] = field(default_factory=set)

    def write(self, number: int, moment: datetime, figures: Figures) -> None:
        """A call is made or changed: its hour is marked. Nothing changes when a call is made."""
        moment, _ = self.calls.get(number, (moment, figures))
        self.calls[number] = (moment, figures)
        self.stale.add(bounds(Level.HOUR, period(Level.HOUR, moment))[0])

    def roll_up(self, chosen: int) -> None:
        """One of the marked hours is computed, and so are its day and month."""
        if not self.stale:
            return
        hour = sorted(self.stale)[chosen % len(self.stale)]
        self.stale.discard(hour)
        self.computed[Level.HOUR, hour] = self.by_hand(hour, hour + HOUR)
        for below, level in ((Level.HOUR, Level.DAY), (Level.DAY, Level.MONTH)):
            begin, end = bounds(level, period(level, hour))
            parts = [found for (kind, at), found in self.computed.items() if kind == below and begin <= at < end]
            self.computed[level, begin] = of_longer(parts)

    def by_hand(self, start: datetime | None, end: datetime | None) -> Figures:
        """What the calls of [start, end) come to."""
        return merged(
            found for at, found in self.calls.values() if (start is None or at >= start) and (end is None or at < end)
        )

    def read(
        self, start: datetime | None, end: datetime | None, longest: Level
    ) -> list[tuple[datetime | None, Figures]]:
        """The same as it is planned."""
        parts: list[tuple[datetime | None, Figures]] = []
        for piece in plan(start, end, sorted(self.stale), longest):
            if piece.level is None:
                parts.append((piece.start, self.by_hand(piece.start, piece.end)))
                continue
            parts += [
                (at, found)
                for (level, at), found in self.computed.items()
                if level == piece.level
                and (piece.start is None or at >= piece.start)
                and (piece.end is None or at < piece.end)
            ]
        return parts


steps = st.lists(
    st.tuples(st.just("write"), st.integers(0, 8), moments, of_some_call)
    | st.tuples(st.just("roll up"), st.integers(0, 50)),
    max_size=30,
)
ends = st.none() | moments | moments.map(lambda moment: bounds(Level.HOUR, period(Level.HOUR, moment))[0])


@settings(calmly, max_examples=400)
@given(steps=steps, spans=st.lists(st.tuples(ends, ends), min_size=1, max_size=5), longest=st.sampled_from(list(Level)))
def test_whatever_happened_and_is_asked_the_answer_is_what_the_calls_come_to(
    steps: list[tuple[Any, ...]], spans: list[tuple[datetime | None, datetime | None]], longest: Level
) -> None:
    kept = Kept()
    acts: dict[str, Callable[..., None]] = {"write": kept.write, "roll up": kept.roll_up}
    for name, *details in steps:
        acts[name](*details)
        for start, end in spans:
            found = merged(part for _, part in kept.read(start, end, longest))
            assert replace(found, agent=Counter()) == replace(kept.by_hand(start, end), agent=Counter())


@calmly
@given(start=moments, length=st.integers(1, 366 * 24 * 60), stale=st.sets(st.integers(0, 366 * 24), max_size=3))
def test_a_year_is_a_few_hundred_periods_at_most(start: datetime, length: int, stale: set[int]) -> None:
    found = plan(start, start + timedelta(minutes=length), [BEGIN + hour * HOUR for hour in sorted(stale)])
    lengths = {Level.HOUR: HOUR, Level.DAY: 24 * HOUR, Level.MONTH: 28 * 24 * HOUR}
    periods = sum(
        int((piece.end - piece.start) / lengths[piece.level])
        for piece in found
        if piece.level and piece.start and piece.end
    )
    assert periods <= 120 + 55 * len(stale)


def test_hours_that_are_stale_side_by_side_are_read_together_and_the_rest_from_what_was_computed() -> None:
    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 4, 1, tzinfo=UTC)
    stale = [datetime(2024, 2, 10, hour, tzinfo=UTC) for hour in (5, 6, 7)]
    found = plan(start, end, stale)
    (raw,) = [piece for piece in found if piece.level is None]
    assert (raw.start, raw.end) == (stale[0], stale[-1] + HOUR)
    lengths = Counter[Level | None]()
    for piece in found:
        assert piece.start
        assert piece.end
        lengths[piece.level] += int((piece.end - piece.start) / HOUR)
    assert lengths == {None: 3, Level.HOUR: 21, Level.DAY: 28 * 24, Level.MONTH: 62 * 24}
