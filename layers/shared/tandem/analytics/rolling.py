"""Keeping figures up to date: a change marks its hour, and the schedule computes marked hours anew from the calls."""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile

from tandem import clock
from tandem.analytics import service as counts
from tandem.analytics import store
from tandem.analytics.models import Level, Piece, bounds, period
from tandem.analytics.rollup import HOUR, Figures, merged, of_call, of_longer
from tandem.aws import table
from tandem.aws.table import Item, TransactionCancelled
from tandem.calls import lookup as calls
from tandem.errors import Unavailable
from tandem.ids import made_at
from tandem.sweeping import each
from tandem.transcripts import service as transcripts

_HELD = timedelta(minutes=5)
"""How long an hour is left to who computes it, and one that cannot be computed is left alone: the others come first."""

_SECONDS = 40
"""So long a tick begins something; its function may run for 55."""


def changed(before: Item | None, after: Item) -> None:
    """A call or transcript was written: where it comes to other figures now, its hour is marked."""
    if before is None or _told(before) != _told(after):
        store.mark(after["tenant_id"], _hour(after["call_id"]), clock.now())


def roll_up(moment: datetime) -> int:
    """Compute the marked hours anew, those first that wait longest; how many. What is left is for the next tick."""
    begun = time.monotonic()
    in_time = takewhile(lambda _: time.monotonic() - begun < _SECONDS, store.due(moment))
    return each(in_time, lambda mark: _roll_up(mark, moment))


def from_calls(tenant_id: str, start: datetime, end: datetime) -> Iterator[tuple[datetime, Figures]]:
    """The figures of the calls made in [start, end) by hour, with when that begins."""
    found: dict[datetime, list[Figures]] = {}
    spoken = transcripts.summaries(tenant_id, start, end)
    for call in calls.made_between(tenant_id, start, end):
        found.setdefault(_hour(call.call_id), []).append(of_call(call, spoken.get(call.call_id)))
    for hour, parts in found.items():
        yield hour, merged(parts)


def rebuild(tenant_id: str) -> int:
    """Mark every hour in which a tenant has calls and compute them all, for figures that were lost or never made; how
    many hours. Until an hour is done, its figures are read from its calls."""
    moment = clock.now()
    hours = list(counts.hours(tenant_id))
    for hour in hours:
        store.mark(tenant_id, hour, moment)
    return each(reversed(hours), lambda hour: _roll_up(store.Mark(tenant_id, hour), moment))


def _roll_up(mark: store.Mark, moment: datetime) -> None:
    held = store.take(mark, moment, moment + _HELD)
    if held is None:
        return None
    for _ in table.tries():
        try:
            return _compute(held)
        except TransactionCancelled as cancelled:
            if cancelled.failed[-1] is not None:
                return None  # changed meanwhile, and marked again
    raise Unavailable("Others were quicker at this day's figures.")


def _compute(held: store.Mark) -> None:
    """Write an hour's figures, and those of its day and month. What is made of others is read before them: if they
    change afterwards, so does its version."""
    tenant_id, hour = held.tenant_id, held.hour
    versions = {level: store.version(tenant_id, level, hour) for level in (Level.MONTH, Level.DAY)}
    figures = {Level.HOUR: merged(found for _, found in from_calls(tenant_id, hour, hour + HOUR))}
    for below, level in ((Level.HOUR, Level.DAY), (Level.DAY, Level.MONTH)):
        begin, end = bounds(level, period(level, hour))
        own, _ = bounds(below, period(below, hour))
        parts = dict(store.periods(tenant_id, Piece(below, begin, end)))
        figures[level] = of_longer((parts | {own: figures[below]}).values())
    store.replace(held, figures, versions)


def _told(item: Item) -> object:
    """What an item comes to in figures."""
    if item["kind"] == "call":
        return of_call(calls.from_item(item))
    return transcripts.summary_of(item)


def _hour(call_id: str) -> datetime:
    return bounds(Level.HOUR, period(Level.HOUR, made_at(call_id)))[0]
