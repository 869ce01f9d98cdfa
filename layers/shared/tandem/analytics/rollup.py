"""Figures of calls: what calls come to, how figures add up, and which are read for a span of time. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any

from tandem.analytics.models import Level, Piece, pieces
from tandem.calls.models import Call, RecordingState, Status
from tandem.records import record
from tandem.transcripts.models import Summary

HOUR = timedelta(hours=1)


@record
class Figures:
    """Calls in figures: how many by what, and sums. Figures of different calls add up.

    `seconds` is the talk of the `timed` calls: those completed whose duration is known. `recordings` are of completed
    calls, and can be fetched.
    """

    status: Counter[str] = field(default_factory=Counter)
    direction: Counter[str] = field(default_factory=Counter)
    agent: Counter[str] = field(default_factory=Counter)
    carrier: Counter[str] = field(default_factory=Counter)
    sentiment: Counter[str] = field(default_factory=Counter)
    seconds: int = 0
    timed: int = 0
    recordings: int = 0
    tools: int = 0
    tools_succeeded: int = 0

    @property
    def calls(self) -> int:
        """How many calls these are."""
        return self.status.total()

    @property
    def completed(self) -> int:
        """How many of them were answered and are over."""
        return self.status[Status.COMPLETED.value]


_COUNTERS = ("status", "direction", "agent", "carrier", "sentiment")
_SUMS = ("seconds", "timed", "recordings", "tools", "tools_succeeded")


def of_call(call: Call, spoken: Summary | None = None) -> Figures:
    """What one call comes to."""
    completed = call.status == Status.COMPLETED
    duration = call.duration if completed else None
    return Figures(
        status=Counter([call.status.value]),
        direction=Counter([call.direction]),
        agent=Counter([call.agent_id] if call.agent_id is not None else ()),
        carrier=Counter([call.carrier]),
        sentiment=Counter([spoken.sentiment.value] if spoken and spoken.sentiment else ()),
        seconds=duration or 0,
        timed=int(duration is not None),
        recordings=int(completed and call.recording_state == RecordingState.AVAILABLE),
        tools=spoken.tool_calls if spoken else 0,
        tools_succeeded=spoken.tool_successes if spoken else 0,
    )


def merged(parts: Iterable[Figures]) -> Figures:
    """The figures of all these calls together."""
    sums: dict[str, Any] = {name: Counter() for name in _COUNTERS} | dict.fromkeys(_SUMS, 0)
    for part in parts:
        for name in _COUNTERS:
            sums[name].update(getattr(part, name))
        for name in _SUMS:
            sums[name] += getattr(part, name)
    return Figures(**sums)


def of_longer(parts: Iterable[Figures]) -> Figures:
    """The figures of a day or a month: all but who took the calls, since a tenant may have thousands of agents."""
    return replace(merged(parts), agent=Counter())


def to_item(figures: Figures) -> dict[str, Any]:
    """The figures as attributes of an item, without those that are nothing."""
    values = {name: getattr(figures, name) for name in (*_COUNTERS, *_SUMS)}
    return {name: dict(value) if name in _COUNTERS else value for name, value in values.items() if value}


def from_item(item: Mapping[str, Any]) -> Figures:
    """The figures of an item."""
    values: dict[str, Any] = {name: Counter(item.get(name, {})) for name in _COUNTERS}
    return Figures(**values, **{name: item.get(name, 0) for name in _SUMS})


def plan(
    start: datetime | None, end: datetime | None, stale: Iterable[datetime], longest: Level = Level.MONTH
) -> list[Piece]:
    """How a span [start, end) is read, in no order of time: whole periods that are up to date, as few pieces as can be,
    and the rest from the calls. `stale`: the hours whose figures are not up to date, in ascending order."""
    found: list[Piece] = []
    low = start
    for hour in stale:
        begin, until = max(hour, start or hour), min(hour + HOUR, end or hour + HOUR)
        if begin >= until:
            continue
        if low != begin:
            found += pieces(low, begin, longest)
        elif found:  # next to the hour before, with which it is read
            begin = found.pop().start or begin
        found.append(Piece(None, begin, until))
        low = until
    return found if low is not None and low == end else found + pieces(low, end, longest)
