"""Figures in the table: `TENANT#<t>` / `FIGURES#<HOUR, DAY or MONTH>#<period>`, and `MARK#<hour>` of those stale.

The figures of a day and a month are written in the transaction that writes those of an hour and removes its mark, so
that at every moment they are the sum of the hours' figures.
"""

import heapq
from collections.abc import Iterator, Mapping
from datetime import datetime

from tandem.analytics.models import Level, Piece, bounds, period
from tandem.analytics.rollup import Figures, from_item, to_item
from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, ConditionFailed, Delete, Item, Key, Put, Update
from tandem.clock import iso
from tandem.ids import new_id
from tandem.records import record
from tandem.shards import shard, shards

_FAMILY = "ROLLUP"


@record
class Mark:
    """An hour of a tenant whose figures are not up to date. `held` names who is computing them."""

    tenant_id: str
    hour: datetime
    held: str = ""


def mark(tenant_id: str, hour: datetime, moment: datetime) -> None:
    """Note that the figures of an hour are not up to date any more. Many changes of one hour are one write: a mark that
    nobody has taken yet also stands for a change that was made before it is taken."""
    pk, sk = _mark_key(tenant_id, hour)
    there = table.get(pk, sk)
    if there and "held" not in there:
        return
    due = {"due_shard": shard(_FAMILY, f"{tenant_id} {sk}"), "due_at": iso(moment)}
    table.change(Update(pk, sk, set={"kind": "mark", **due}, remove=["held"]))


def stale(tenant_id: str, start: datetime | None, end: datetime | None) -> list[datetime]:
    """The marked hours of a span, in ascending order."""
    low = f"MARK#{period(Level.HOUR, start) if start else ''}"
    high = f"MARK#{period(Level.HOUR, end) if end else '~'}"
    found = table.query_all(Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").between(low, high), consistent=True)
    return [_hour(item) for item in found]


def due(moment: datetime) -> Iterator[Mark]:
    """The marks to be looked at by now, of all tenants, those that wait longest first."""
    conditions = [Key("due_shard").eq(name) & Key("due_at").lte(iso(moment)) for name in shards(_FAMILY)]
    queues = [table.query_index(condition, index=DUE_INDEX) for condition in conditions]
    for found in heapq.merge(*queues, key=lambda each: str(each["due_at"])):
        yield Mark(found["pk"].partition("#")[2], _hour(found))


def take(marked: Mark, moment: datetime, until: datetime) -> Mark | None:
    """Hold a mark for as long as its figures are computed, at most until then; None where it is gone or held."""
    pk, sk = _mark_key(marked.tenant_id, marked.hour)
    held = new_id()
    try:
        table.change(
            Update(pk, sk, set={"held": held, "due_at": iso(until)}, condition=Attr("due_at").lte(iso(moment)))
        )
    except ConditionFailed:
        return None
    return Mark(marked.tenant_id, marked.hour, held)


def periods(tenant_id: str, piece: Piece) -> Iterator[tuple[datetime, Figures]]:
    """The figures of the periods of a piece, with when they begin, oldest first; those without calls are left out."""
    for found in _items(tenant_id, piece):
        yield _begin(found), from_item(found)


def version(tenant_id: str, level: Level, moment: datetime) -> int:
    """The version of the figures of the period that a moment is in; 0 where there are none."""
    found = table.get(*_key(tenant_id, level, moment))
    return int(found["version"]) if found else 0


def item(tenant_id: str, level: Level, moment: datetime, figures: Figures) -> Item:
    """The figures of the period that a moment is in, as they are stored."""
    pk, sk = _key(tenant_id, level, moment)
    return {"pk": pk, "sk": sk, "kind": "figures", **to_item(figures)}


def replace(held: Mark, figures: Mapping[Level, Figures], versions: Mapping[Level, int]) -> None:
    """Write the figures of an hour, its day and its month, and remove the hour's mark. Raises TransactionCancelled
    where the mark was set again, or the day or the month changed since: the last of `failed` tells of the mark."""
    puts = []
    for level, found in figures.items():
        new = item(held.tenant_id, level, held.hour, found)
        before = versions.get(level)
        if before is None:
            puts.append(Put(new))
        else:
            puts.append(Put(new | {"version": before + 1}, Attr("version").eq(before) if before else Absent))
    mark_key = _mark_key(held.tenant_id, held.hour)
    table.transact([*puts, Delete(*mark_key, Attr("held").eq(held.held))])


def _items(tenant_id: str, piece: Piece) -> Iterator[Item]:
    assert piece.level is not None, "part of an hour has no figures"
    begin = f"FIGURES#{piece.level}#"
    low = begin + (period(piece.level, piece.start) if piece.start else "")
    high = begin + (period(piece.level, piece.end) if piece.end else "~")
    for item in table.query_all(Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").between(low, high), consistent=True):
        if item["sk"] != high:  # the period that begins where the piece ends
            yield item


def _begin(item: Item) -> datetime:
    _, level, name = item["sk"].split("#")
    return bounds(Level(level), name)[0]


def _hour(item: Item) -> datetime:
    return bounds(Level.HOUR, item["sk"].partition("#")[2])[0]


def _key(tenant_id: str, level: Level, moment: datetime) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"FIGURES#{level}#{period(level, moment)}"


def _mark_key(tenant_id: str, hour: datetime) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"MARK#{period(Level.HOUR, hour)}"
