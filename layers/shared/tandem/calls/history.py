"""The calls of a tenant, filtered, newest first, at any depth for the same price.

How many match is the sum of counts of whole months, days and hours; only parts of hours at the span's ends are read.
A deep page is found by the same counts: what lies before it is skipped by months, days and hours, not read.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any
from uuid import UUID

from tandem.analytics import service as analytics
from tandem.analytics.models import Counted, Level, Piece, below, pieces
from tandem.aws import table
from tandem.aws.table import AGENT_INDEX, CUSTOMER_INDEX, STATUS_INDEX, Attr, Item, Key
from tandem.calls import store
from tandem.calls.models import Call, CallFilter
from tandem.errors import Invalid
from tandem.ids import earliest_id, is_id, made_at
from tandem.records import record

_FEW = 100
"""A period with no more calls than these is read at once, not by its shorter periods."""

_MOST = 1000
"""Items asked for in one request at most."""


@record
class HistoryPage:
    """Calls of one page, how many match in all, and the cursor of the next page; None on the last."""

    calls: list[Call]
    total: int
    cursor: str | None


def find(tenant_id: str, wanted: CallFilter, *, offset: int, limit: int, cursor: str | None = None) -> HistoryPage:
    """A page of the calls that match: those after `cursor`, else after the first `offset`. Raises Invalid for a cursor
    that is not of this filter."""
    after = _opened(cursor, tenant_id, wanted) if cursor else None
    source = _source(tenant_id, wanted)
    counted = [one for piece in pieces(wanted.start, wanted.end) for one in source.counts(piece)]
    found = list(islice(source.entries(counted, 0 if after else offset, limit + 1, after), limit + 1))
    calls = _whole(found[:limit], wanted) if source.index else [store.from_item(item) for item in found[:limit]]
    more = len(found) > limit
    last = str(found[limit - 1]["sk"]).partition("#")[2] if more else ""
    total = sum(one.wanted for one in counted)
    return HistoryPage(calls, total, _sealed(last, tenant_id, wanted) if more else None)


@record
class _Source:
    """Where the calls are read from: the range of keys that holds the fewest others, and what is to be left out."""

    span: CallFilter
    partition: tuple[str, str]
    index: str | None
    counts_of: str
    given: dict[str, str | tuple[str, ...]]
    """What is wanted besides, of calls in this partition: a value, or any of several."""
    bound: str | None = None
    """The status that the partition is of: its counts are of all."""

    def counts(self, piece: Piece, *, consistent: bool = True) -> list[Counted]:
        """The counts of a piece, newest first; a part of an hour is read."""
        if piece.level is None:
            number = table.query_count(self._keys(piece.start, piece.end), index=self.index, where=self._where())
            return [Counted(None, piece.start, piece.end, number, number)]
        return analytics.periods(self.counts_of, piece, self._is_wanted, self._is_read, consistent=consistent)

    def entries(self, counted: Sequence[Counted], skip: int, number: int, after: str | None) -> Iterator[Item]:
        """The matching entries of the partition after so many, or after an id, newest first; at least `number` of them
        where there are so many."""
        if after and not self.given:
            yield from self._read(self.span.start, self.span.end, after, number)
            return
        for leaf, inside in self._leaves(counted, skip):
            if not self.given:  # all entries match: from here on they lie without gaps
                yield from islice(self._read(self.span.start, leaf.end, None, inside + number), inside, None)
                return
            hint = (inside + number) * leaf.all // leaf.wanted + 1
            yield from islice(self._read(leaf.start, leaf.end, after, hint), inside, None)

    def _leaves(self, counted: Sequence[Counted], skip: int) -> Iterator[tuple[Counted, int]]:
        """The periods that are worth reading, and how many matches of each to pass over."""
        for one in counted:
            if one.wanted <= skip:
                skip -= one.wanted
                continue
            begins_here = skip == 0 and not self.given
            if begins_here or one.level in (None, Level.HOUR) or one.all <= _FEW:
                yield one, skip
            else:
                yield from self._leaves(self.counts(below(one), consistent=False), skip)
            skip = 0

    def _read(self, start: datetime | None, end: datetime | None, after: str | None, hint: int) -> Iterator[Item]:
        """Matching entries newest first, read as they are asked for, about `hint` at a time."""
        start_key: dict[str, Any] | None = None
        if after and start and made_at(after) < start:
            return
        while True:
            page = table.query(
                self._keys(start, end, after),
                index=self.index,
                newest_first=True,
                limit=min(hint, _MOST),
                start_key=start_key,
                where=self._where(),
            )
            yield from page.items
            if (start_key := page.next_key) is None:
                return

    def _keys(self, start: datetime | None, end: datetime | None, after: str | None = None) -> Any:
        low = f"CALL#{earliest_id(start)}" if start else "CALL#"
        high = f"CALL#{_before(earliest_id(end))}" if end else "CALL#~"
        if after:
            high = min(high, f"CALL#{_before(after)}")
        name, value = self.partition
        return Key(name).eq(value) & Key("sk").between(low, high)

    def _where(self) -> Any:
        conditions = [Attr(name).is_in(list(_any_of(value))) for name, value in self.given.items()]
        return reduce(and_, conditions) if conditions else None

    def _is_wanted(self, counter: str) -> bool:
        status, direction, *agent = counter.split("|", 2)
        named = {"status": status, "direction": direction} | ({"agent_id": agent[0]} if agent else {})
        return self._is_read(counter) and all(named[name] in _any_of(value) for name, value in self.given.items())

    def _is_read(self, counter: str) -> bool:
        return self.bound is None or counter.partition("|")[0] == self.bound


def _source(tenant_id: str, wanted: CallFilter) -> _Source:
    """The narrowest partition for a filter: a customer's calls, an agent's, those in a status, or all."""
    names = ("customer_id", "agent_id", "status", "direction")
    given = {name: value for name in names if (value := getattr(wanted, name)) is not None}
    status = given["status"] if isinstance(given.get("status"), str) else None
    partitions = store.partitions(tenant_id, given.get("agent_id"), given.get("customer_id"), status)
    if customer := given.pop("customer_id", None):
        partition, index = ("of_customer", partitions["of_customer"]), CUSTOMER_INDEX
        return _Source(wanted, partition, index, analytics.scope(tenant_id, customer_id=customer), given)
    if agent := given.pop("agent_id", None):
        partition, index = ("of_agent", partitions["of_agent"]), AGENT_INDEX
        return _Source(wanted, partition, index, analytics.scope(tenant_id, agent_id=agent), given)
    whole = analytics.scope(tenant_id)
    if status:
        del given["status"]
        return _Source(wanted, ("of_status", partitions["of_status"]), STATUS_INDEX, whole, given, bound=status)
    return _Source(wanted, ("pk", f"TENANT#{tenant_id}"), None, whole, given)


def _whole(entries: Sequence[Item], wanted: CallFilter) -> list[Call]:
    """The calls that entries of an index stand for, without those that have changed since the index was written."""
    items = table.get_many([(entry["pk"], entry["sk"]) for entry in entries]) if entries else []
    calls = [store.from_item(item) for item in items if item]
    names = ("customer_id", "agent_id", "status", "direction")
    asked = {name: value for name in names if (value := getattr(wanted, name)) is not None}
    return [call for call in calls if all(getattr(call, name) in _any_of(value) for name, value in asked.items())]


def _any_of(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _before(name: str) -> str:
    """The id next below: a range of keys includes its ends."""
    return str(UUID(int=max(0, UUID(name).int - 1)))


def _sealed(last: str, tenant_id: str, wanted: CallFilter) -> str:
    text = json.dumps([last, _mark(tenant_id, wanted)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _opened(cursor: str, tenant_id: str, wanted: CallFilter) -> str:
    """The id that a cursor goes on from. Raises Invalid."""
    problem = Invalid("The cursor is not one of this list.", fields=[{"field": "cursor", "message": "is not ours"}])
    try:
        last, mark = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, TypeError, RecursionError) as error:
        raise problem from error
    if not isinstance(last, str) or not is_id(last):
        raise problem
    if mark != _mark(tenant_id, wanted):
        fields = [{"field": "cursor", "message": "was given with other filters"}]
        raise Invalid("The cursor belongs to another filter: send the same ones with it.", fields=fields)
    return last


def _mark(tenant_id: str, wanted: CallFilter) -> str:
    """What tells filters apart."""
    return hashlib.sha256(f"{tenant_id} {wanted!r}".encode()).hexdigest()[:16]
