"""Figures of any span of time: of whole periods from what was computed, of the rest from the calls."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from tandem import clock
from tandem.analytics import store
from tandem.analytics.models import Level, bounds, period
from tandem.analytics.rolling import from_calls
from tandem.analytics.rollup import Figures, merged, plan
from tandem.analytics.shapes import (
    Bucket,
    BucketName,
    DetailedMetrics,
    DetailsView,
    Metrics,
    OverviewView,
    TimelineView,
)
from tandem.errors import Invalid
from tandem.shapes import span

MOST_BUCKETS = 1000
"""Of one timeline: 41 days by hours, or nearly three years by days."""

_STEPS = {"day": Level.DAY, "hour": Level.HOUR}
_LENGTHS = {"day": timedelta(days=1), "hour": timedelta(hours=1)}
_USUAL = {"day": 30, "hour": 24}
"""Buckets of a timeline whose start is not given."""


def overview(tenant_id: str, start: date | None, end: date | None) -> OverviewView:
    """A tenant's calls of a span in figures; without a start from the first call, without an end to the last."""
    return OverviewView(metrics=Metrics.of(_all(tenant_id, start, end)))


def details(tenant_id: str, start: date | None, end: date | None) -> DetailsView:
    """The same, with tool calls and moods."""
    return DetailsView(metrics=DetailedMetrics.of(_all(tenant_id, start, end)))


def timeline(tenant_id: str, start: date | None, end: date | None, bucket: BucketName) -> TimelineView:
    """A tenant's calls of a span by day or hour. Without an end it reaches to now, or as far as there may be buckets;
    without a start it has 30 days or 24 hours. Raises Invalid for a span of too many buckets."""
    level = _STEPS[bucket]
    begin, until = _bounded(*span(start, end), bucket)
    found: dict[datetime, list[Figures]] = {each: [] for each in _buckets(level, begin, until)}
    if len(found) > MOST_BUCKETS:
        raise _too_many(bucket)
    for moment, figures in parts(tenant_id, begin, until, level) if found else ():
        found[_floor(level, moment)].append(figures)
    return TimelineView(timeline=[Bucket.of(each, merged(figures)) for each, figures in found.items()])


def parts(
    tenant_id: str, start: datetime | None, end: datetime | None, longest: Level = Level.MONTH
) -> Iterator[tuple[datetime, Figures]]:
    """The figures of [start, end) in parts that no period of this length is cut by, each with a moment of it: exact but
    for what was changed so shortly before that the table's stream has not told of it."""
    for piece in plan(start, end, store.stale(tenant_id, start, end), longest):
        if piece.level is None and piece.start and piece.end:
            yield from from_calls(tenant_id, piece.start, piece.end)
        else:
            yield from store.periods(tenant_id, piece)


def _all(tenant_id: str, start: date | None, end: date | None) -> Figures:
    return merged(figures for _, figures in parts(tenant_id, *span(start, end)))


def _bounded(start: datetime | None, end: datetime | None, bucket: BucketName) -> tuple[datetime, datetime]:
    """The span of a timeline, with the ends that were not given."""
    length = _LENGTHS[bucket]
    if start is None:
        last = _floor(_STEPS[bucket], (end or clock.now()) - timedelta(microseconds=1))
        return last - (_USUAL[bucket] - 1) * length, end or clock.now()
    if end is None:
        return start, min(clock.now(), _floor(_STEPS[bucket], start) + MOST_BUCKETS * length)
    return start, end


def _buckets(level: Level, start: datetime, end: datetime) -> Iterator[datetime]:
    """When the buckets begin that [start, end) touches; one more than there may be at most."""
    begin, number = _floor(level, start), 0
    while begin < end and start < end and number <= MOST_BUCKETS:
        yield begin
        begin, number = bounds(level, period(level, begin))[1], number + 1


def _floor(level: Level, moment: datetime) -> datetime:
    return bounds(level, period(level, moment))[0]


def _too_many(bucket: BucketName) -> Invalid:
    asked = "hour; ask for a shorter span, or for days" if bucket == "hour" else "day; ask for a shorter span"
    text = f"at most {MOST_BUCKETS} buckets fit into a timeline, and these dates span more by {asked}"
    return Invalid("The request is not valid: end_date.", fields=[{"field": "end_date", "message": text}])
