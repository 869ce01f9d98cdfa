"""What a commanded carrier told and we have acted upon: `NEWS#<carrier>#<its id>`. One piece of news leads on once."""

from datetime import timedelta
from enum import StrEnum

from tandem import clock
from tandem.aws import table
from tandem.aws.table import Update

KEPT = timedelta(days=2)
"""Longer than any carrier goes on repeating itself."""


class Reading(StrEnum):
    """The how-manieth time it is that this is read."""

    FIRST = "first"
    AGAIN = "again"
    """It was begun before, and not finished."""
    READ = "read"


def begin(carrier_name: str, told_id: str) -> Reading:
    """Note that this piece of news is being acted upon, in one write."""
    kept = {"kind": "news", "expires_at": int((clock.now() + KEPT).timestamp())}
    item = table.update(Update(_pk(carrier_name, told_id), "NEWS", set=kept, add={"readings": 1}))
    if item.get("done"):
        return Reading.READ
    return Reading.FIRST if item["readings"] == 1 else Reading.AGAIN


def finish(carrier_name: str, told_id: str) -> None:
    """Note that all that follows from it was done."""
    table.change(Update(_pk(carrier_name, told_id), "NEWS", set={"done": True}))


def _pk(carrier_name: str, told_id: str) -> str:
    return f"NEWS#{carrier_name}#{told_id}"
