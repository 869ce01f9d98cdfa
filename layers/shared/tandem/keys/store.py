"""API keys in the table: `KEY#<sha256>`, and a key is authenticated and counted in one write."""

from datetime import datetime
from typing import Any

from tandem.aws import table
from tandem.aws.table import Absent, Attr, ConditionFailed, Item
from tandem.keys.models import Window, month_counter, stale_counters

_SK = "KEY"


def pk(digest: str) -> str:
    """The partition of one key."""
    return f"KEY#{digest}"


def insert(digest: str, item: Item) -> None:
    """Store a new key under its digest."""
    table.put({**item, "pk": pk(digest), "sk": _SK, "kind": "key"}, condition=Absent)


def count(digest: str, window: Window, moment: datetime) -> Item:
    """Check the key and count one request against window and month, in one write; the item as it is then.

    Raises ConditionFailed with the item when the key does not hold or a limit is reached.
    """
    month = month_counter(moment)
    now = int(moment.timestamp())
    item = table.update(
        table.Update(
            pk(digest),
            _SK,
            set={"last_used_at": now},
            add={window.counter: 1, month: 1},
            condition=Attr("status").eq("active")
            & (Attr("valid_until").not_exists() | Attr("valid_until").gt(now))
            & Attr("window_seconds").eq(window.seconds)
            & (Attr(window.counter).not_exists() | Attr(window.counter).lt(Attr("rate_limit")))
            & (Attr("monthly_quota").eq(-1) | Attr(month).not_exists() | Attr(month).lt(Attr("monthly_quota"))),
        )
    )
    if item[window.counter] == 1:
        _tidy(digest, item, window, month)
    return item


def _tidy(digest: str, item: dict[str, Any], window: Window, month: str) -> None:
    """Drop counters gone by: once a window, on its first request."""
    if stale := stale_counters(item, window, month):
        try:
            table.update(table.Update(pk(digest), _SK, remove=stale, condition=table.Present))
        except ConditionFailed:
            return
