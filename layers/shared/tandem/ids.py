"""Identifiers: UUIDv7 strings, which sort by the time they were made."""

import hashlib
import os
import uuid
from datetime import UTC, datetime, timedelta

from tandem import clock


def new_id() -> str:
    """A new UUIDv7 (RFC 9562 §5.7): 48 bits of platform time in ms, then randomness."""
    return _uuid7(clock.now(), int.from_bytes(os.urandom(10), "big"))


def is_id(text: str) -> bool:
    """Whether a text is written as our ids are. Nobody looks for anything else: a key of any text may be too long."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def earliest_id(moment: datetime) -> str:
    """The smallest id made at `moment` or later: the lower bound of a range of ids by time."""
    return _uuid7(moment, 0)


def made_at(name: str) -> datetime:
    """When an id of `new_id` was made, to the millisecond."""
    milliseconds = uuid.UUID(name).int >> 80
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def derived_id(*parts: str) -> str:
    """The same id for the same parts, for writes that must not happen twice (RFC 9562 §5.8, v8)."""
    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def _uuid7(moment: datetime, randomness: int) -> str:
    milliseconds = max(0, int(moment.timestamp() * 1000)) & (2**48 - 1)
    rand_a, rand_b = randomness >> 68 & 0xFFF, randomness & (2**62 - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b))
