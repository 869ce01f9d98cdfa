"""The platform's time: the machine's, except where the local stack has moved it."""

import os
import struct
import time
from datetime import UTC, datetime, timedelta
from functools import cache

from tandem.config import settings


def now() -> datetime:
    """The present, aware, in UTC."""
    return datetime.fromtimestamp(timestamp(), UTC)


def timestamp() -> float:
    """The present as Unix seconds."""
    path = settings().clock_file
    return time.time() + (_offset(path) if path else 0.0)


def iso(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`; sorts as text in the order of time."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The moment an ISO 8601 text names; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def after(seconds: float) -> str:
    """The moment `seconds` from now, as ISO text."""
    return iso(now() + timedelta(seconds=seconds))


def _offset(path: str) -> float:
    # An 8-byte double that the local stack rewrites in place: one pread a call, never a stale copy.
    (offset,) = struct.unpack("<d", os.pread(_descriptor(path), 8, 0))
    return float(offset)


@cache
def _descriptor(path: str) -> int:
    return os.open(path, os.O_RDONLY)
