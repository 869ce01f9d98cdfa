"""API keys: their format, their permissions, and why one does not hold. Pure."""

import hashlib
import hmac
import secrets
import string
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LIVE, TEST, AGENTS = "sk_live_", "sk_test_", "va_"
PREFIXES = (LIVE, TEST, AGENTS)

_ALPHABET = string.digits + string.ascii_letters
_RANDOM_CHARACTERS = 32
_CHECKSUM_CHARACTERS = 6

RESOURCES = ("conversations", "customers", "calls", "recordings", "agents", "tasks", "telephony", "webhooks")
ALL_PERMISSIONS = (*(f"{verb}:{name}" for name in RESOURCES for verb in ("read", "write")), "read:analytics")
_INCLUDED = {"webhook:manage": ("read:webhooks", "write:webhooks")}

HOURLY_LIMITS = {"starter": 500, "standard": 500, "professional": 5_000, "premium": 5_000, "enterprise": 50_000}
AGENTS_LIMIT_PER_MINUTE = 1_000
MONTHLY_QUOTAS = {
    "starter": 100_000,
    "standard": 100_000,
    "professional": 1_000_000,
    "premium": 1_000_000,
    "enterprise": -1,
}
"""Requests a month per key, -1 for any number. The published documents say that plans have quotas, not which."""

HOUR, MINUTE = 3600, 60


def new_key(prefix: str) -> str:
    """A new key: the prefix, 32 random characters (190 bits) and a 6-character checksum, all base 62."""
    body = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))
    return body + _checksum(body)


def is_well_formed(key: str) -> bool:
    """Whether this could be a key of ours: junk is told apart without asking the database."""
    prefix = next((prefix for prefix in PREFIXES if key.startswith(prefix)), None)
    if prefix is None or len(key) != len(prefix) + _RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS or not key.isascii():
        return False
    return hmac.compare_digest(_checksum(key[:-_CHECKSUM_CHARACTERS]), key[-_CHECKSUM_CHARACTERS:])


def digest(key: str) -> str:
    """What is stored in the key's place: its SHA-256 (a fast hash suffices for 190 random bits)."""
    return hashlib.sha256(key.encode()).hexdigest()


def limit_of(prefix: str, plan: str) -> tuple[int, int]:
    """Requests allowed, and in how many seconds: by kind of key and plan."""
    return (AGENTS_LIMIT_PER_MINUTE, MINUTE) if prefix == AGENTS else (HOURLY_LIMITS[plan], HOUR)


def granted(permissions: Iterable[str]) -> frozenset[str]:
    """The permissions with those that they include."""
    own = frozenset(permissions)
    return own.union(*(_INCLUDED.get(permission, ()) for permission in own))


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_CHARACTERS):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


@dataclass(frozen=True, slots=True)
class Window:
    """The fixed window of a rate limit that a moment falls into: the counter's name, its end in Unix seconds."""

    counter: str
    seconds: int
    resets_at: int

    @classmethod
    def at(cls, timestamp: float, seconds: int) -> "Window":
        """The window of this length at this time."""
        start = int(timestamp) // seconds * seconds
        return cls(f"w{start}", seconds, start + seconds)


def month_counter(moment: datetime) -> str:
    """The name of the counter of a UTC month: `m2026-11`."""
    return f"m{moment:%Y-%m}"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a rate limit, for the headers."""

    limit: int
    remaining: int
    resets_at: int
    window_seconds: int


@dataclass(frozen=True, slots=True)
class Key:
    """A key that holds, counted once for this request."""

    key_id: str
    tenant_id: str
    prefix: str
    permissions: frozenset[str]
    allowance: Allowance

    @property
    def is_test(self) -> bool:
        """Whether calls by this key go to the sandbox carrier."""
        return self.prefix == TEST


def stale_counters(item: Mapping[str, Any], window: Window, month: str) -> list[str]:
    """The counters of windows gone by, and of months past the 24 that are kept."""
    months = sorted(name for name in item if name.startswith("m2"))
    old_windows = [name for name in item if name[0] == "w" and name[1:].isdigit() and name != window.counter]
    return old_windows + [name for name in months if name < month][:-23]
