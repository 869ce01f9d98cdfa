"""Identifiers: UUIDv7 strings, which sort by the time they were made."""

import hashlib
import os
import uuid
from datetime import UTC, datetime, timedelta

from tandem import clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def new_id() -> str:
    """A new UUIDv7 (RFC 9562 §5.7): 48 bits of platform time in ms, twelve for its fraction (§6.2, method 3), so that
    what came first within a millisecond sorts first, then randomness."""
    moment = clock.now()
    fraction = moment.microsecond % 1000 * 4096 // 1000
    return _uuid7(moment, fraction, int.from_bytes(os.urandom(8), "big"))


def is_id(text: str) -> bool:
    """Whether a text is written as our ids are. Nobody looks for anything else: a key of any text may be too long."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def earliest_id(moment: datetime) -> str:
    """The smallest id made at `moment` or later: the lower bound of a range of ids by time."""
    return _uuid7(moment, 0, 0)


def made_at(name: str) -> datetime:
    """When an id of `new_id` was made, to the millisecond."""
    milliseconds = uuid.UUID(name).int >> 80
    return _EPOCH + milliseconds * _MILLISECOND


def derived_id(*parts: str) -> str:
    """The same id for the same parts, for writes that must not happen twice (RFC 9562 §5.8, v8)."""
    digest = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


def _uuid7(moment: datetime, fraction: int, randomness: int) -> str:
    milliseconds = max(0, (moment - _EPOCH) // _MILLISECOND) & (2**48 - 1)
    return str(uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | randomness & (2**62 - 1)))
