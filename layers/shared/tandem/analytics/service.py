"""Counts of calls by month, day and hour, exact at every moment: they change in the transaction that changes a call.

Each call is counted for its tenant, its agent and its customer, in the hour that its id was made in. A counter's name
is `<status>|<direction>`, for customers `<status>|<direction>|<agent>`. Shards by call keep transactions apart.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from tandem.analytics.models import Counted, Level, Piece, bounds, period
from tandem.aws import table
from tandem.aws.table import Item, Key, Update
from tandem.calls.models import Call
from tandem.ids import made_at
from tandem.shards import shard

_SHARDS = 4
"""Two transactions that meet at an item cost one of them a repetition; each shard is read with every period."""

_KEYS = ("pk", "sk", "kind")


def counting(before: Call | None, after: Call) -> list[Update]:
    """The writes that count a call where it stands after a change, and no longer where it stood: none where that is
    the same. `before` is None for a new call."""
    changes: dict[tuple[str, str], Counter[str]] = {}
    for call, change in ((after, 1), (before, -1)):
        if call is not None:
            for pk, sk, counter in _places(call):
                changes.setdefault((pk, sk), Counter())[counter] += change
    added = {place: {name: n for name, n in sorted(counters.items()) if n} for place, counters in changes.items()}
    return [Update(pk, sk, set={"kind": "count"}, add=counts) for (pk, sk), counts in sorted(added.items()) if counts]


def scope(tenant_id: str, *, agent_id: str | None = None, customer_id: str | None = None) -> str:
    """The partition of the counts of a tenant's calls, or of those of one agent or customer of it."""
    if customer_id is not None:
        return f"STAT#{tenant_id}#CUSTOMER#{customer_id}"
    return f"STAT#{tenant_id}#AGENT#{agent_id}" if agent_id is not None else f"STAT#{tenant_id}"


def periods(
    counts_of: str, piece: Piece, wanted: Callable[[str], bool], considered: Callable[[str], bool], *, consistent: bool
) -> list[Counted]:
    """What is counted in the periods of a piece, newest first; those in which nothing is are left out. Counters are
    chosen by name."""
    assert piece.level is not None, "part of an hour is not counted"
    sums: dict[str, tuple[int, int]] = {}
    for item in _items(counts_of, piece.level, piece.start, piece.end, consistent=consistent):
        name = item["sk"].split("#")[1]
        one, all_ = sums.get(name, (0, 0))
        counters = {counter: value for counter, value in item.items() if counter not in _KEYS}
        one += sum(value for counter, value in counters.items() if wanted(counter))
        all_ += sum(value for counter, value in counters.items() if considered(counter))
        sums[name] = (one, all_)
    return [
        Counted(piece.level, *bounds(piece.level, name), wanted=one, all=all_)
        for name, (one, all_) in sorted(sums.items(), reverse=True)
    ]


def hour_by_status(tenant_id: str, moment: datetime) -> Counter[str]:
    """How many of a tenant's calls of one hour stand in each status now."""
    start, end = bounds(Level.HOUR, period(Level.HOUR, moment))
    found: Counter[str] = Counter()
    for item in _items(scope(tenant_id), Level.HOUR, start, end, consistent=True):
        for counter, value in item.items():
            if counter not in _KEYS:
                found[counter.partition("|")[0]] += value
    return +found


def hours(tenant_id: str) -> Iterator[datetime]:
    """The beginnings of all hours in which a tenant has calls, in ascending order."""
    before = ""
    for item in _items(scope(tenant_id), Level.HOUR, None, None, consistent=True):
        if (name := item["sk"].split("#")[1]) != before:
            yield bounds(Level.HOUR, name)[0]
        before = name


def _items(
    counts_of: str, level: Level, start: datetime | None, end: datetime | None, *, consistent: bool
) -> Iterator[Item]:
    # An item's key goes on after the period, with its shard: the end's own period is outside.
    low = f"{level}#{period(level, start) if start else ''}"
    high = f"{level}#{period(level, end) if end else '~'}"
    return table.query_all(Key("pk").eq(counts_of) & Key("sk").between(low, high), consistent=consistent)


def _places(call: Call) -> Iterator[tuple[str, str, str]]:
    """Where a call is counted: partition, sort key, counter."""
    counter = f"{call.status.value}|{call.direction}"
    counters = {
        scope(call.tenant_id): counter,
        scope(call.tenant_id, customer_id=call.customer_id): f"{counter}|{call.agent_id or ''}",
    }
    if call.agent_id is not None:
        counters[scope(call.tenant_id, agent_id=call.agent_id)] = counter
    moment = made_at(call.call_id)
    for level in Level:
        sk = shard(f"{level}#{period(level, moment)}", call.call_id, _SHARDS)
        for pk, name in counters.items():
            yield pk, sk, name
