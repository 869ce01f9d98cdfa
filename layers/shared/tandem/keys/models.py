"""API keys: their format, their permissions, their limits, and what is counted of them. Pure."""

import hashlib
import hmac
import secrets
import string
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from tandem.records import record

LIVE, TEST, AGENTS = "sk_live_", "sk_test_", "va_"
PREFIXES = (LIVE, TEST, AGENTS)

_ALPHABET = string.digits + string.ascii_letters
_RANDOM_CHARACTERS = 32
_LOCATOR_CHARACTERS = 12
_CHECKSUM_CHARACTERS = 6

RESOURCES = ("conversations", "customers", "calls", "recordings", "agents", "tasks", "telephony", "webhooks")
ALL_PERMISSIONS = (*(f"{verb}:{name}" for name in RESOURCES for verb in ("read", "write")), "read:analytics")
_INCLUDED = {"webhook:manage": ("read:webhooks", "write:webhooks")}
PERMISSIONS = (*ALL_PERMISSIONS, *_INCLUDED)
"""Whatever a key may be given."""

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

GROUP_LIMITS = {"analytics": 60, "recordings": 30}
"""Requests a minute of one key or session on all endpoints of a group together, besides its own limit."""


def new_key(prefix: str, locator: str = "") -> str:
    """A new key: the prefix, 32 random characters and a 6-character checksum, all base 62. The first 12 find the key
    in the table and stay when it is rotated; the other 20 (119 bits) are the secret."""
    missing = _RANDOM_CHARACTERS - len(locator)
    body = prefix + locator + "".join(secrets.choice(_ALPHABET) for _ in range(missing))
    return body + _checksum(body)


def prefix_of(key: str) -> str | None:
    """The kind of key that a text would be, or None."""
    return next((prefix for prefix in PREFIXES if key.startswith(prefix)), None)


def locator_of(key: str) -> str:
    """The part of a well-formed key by which it is found. It is no secret, but nothing shows it either."""
    return key[len(prefix_of(key) or "") :][:_LOCATOR_CHARACTERS]


def is_well_formed(key: str) -> bool:
    """Whether this could be a key of ours: junk is told apart without asking the database."""
    prefix = prefix_of(key)
    if prefix is None or len(key) != len(prefix) + _RANDOM_CHARACTERS + _CHECKSUM_CHARACTERS or not key.isascii():
        return False
    return hmac.compare_digest(_checksum(key[:-_CHECKSUM_CHARACTERS]), key[-_CHECKSUM_CHARACTERS:])


def digest(key: str) -> str:
    """What is stored in the key's place: its SHA-256 (a fast hash suffices for 119 random bits)."""
    return hashlib.sha256(key.encode()).hexdigest()


def limit_of(prefix: str, plan: str) -> tuple[int, int]:
    """Requests allowed, and in how many seconds: by kind of key and plan."""
    return (AGENTS_LIMIT_PER_MINUTE, MINUTE) if prefix == AGENTS else (HOURLY_LIMITS[plan], HOUR)


def granted(permissions: Iterable[str]) -> frozenset[str]:
    """The permissions with those that they include."""
    own = frozenset(permissions)
    return own.union(*(_INCLUDED.get(permission, ()) for permission in own))


def not_granted(wanted: Iterable[str], own: frozenset[str]) -> list[str]:
    """The permissions that somebody would give and does not have."""
    return sorted(permission for permission in wanted if not granted([permission]) - _INCLUDED.keys() <= own)


def _checksum(body: str) -> str:
    value, digits = zlib.crc32(body.encode()), ""
    for _ in range(_CHECKSUM_CHARACTERS):
        value, digit = divmod(value, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits


@record
class Window:
    """The fixed window of a rate limit that a moment falls into: the counter's name, its end in Unix seconds."""

    counter: str
    seconds: int
    resets_at: int

    @classmethod
    def at(cls, timestamp: float, seconds: int, group: str = "") -> "Window":
        """The window of this length at this time: a key's own, or that of a group of endpoints."""
        start = int(timestamp) // seconds * seconds
        return cls(f"g{group}:{start}" if group else f"w{start}", seconds, start + seconds)

    @property
    def start(self) -> int:
        """When it began, in Unix seconds."""
        return self.resets_at - self.seconds


def month_counter(moment: datetime) -> str:
    """The name of the counter of a UTC month: `m2026-11`."""
    return f"m{moment:%Y-%m}"


@record
class Allowance:
    """What is left of a rate limit, for the headers."""

    limit: int
    remaining: int
    resets_at: int
    window_seconds: int
    name: str = "key"
    """Whose limit it is: the key's own, or a group's."""

    @classmethod
    def of(cls, item: Mapping[str, Any], window: Window, limit: int, name: str = "key") -> "Allowance":
        """What an item's counter leaves."""
        return cls(limit, max(0, limit - item.get(window.counter, 0)), window.resets_at, window.seconds, name)


@record
class Key:
    """A key that holds, counted once for this request."""

    key_id: str
    tenant_id: str
    prefix: str
    permissions: frozenset[str]
    allowance: Allowance
    window_seconds: int
    """The length of its own window; `allowance` may tell of a group's."""
    networks: tuple[str, ...] = ()
    """Where it may be used from; empty for anywhere."""
    holds_until: float = field(default=float("inf"))
    """Unix seconds after which it, or the secret presented, holds no more unless it is changed."""
    is_counted: bool = True
    """False where the database was down, and the key is taken for what it was shortly before."""

    @property
    def is_test(self) -> bool:
        """Whether calls by this key go to the sandbox carrier."""
        return self.prefix == TEST


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address belongs to one of these networks; to no networks belongs every address."""
    if not networks:
        return True
    try:
        found = ip_address(address)
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return any(one in ip_network(network) for network in networks for one in (found, mapped) if one)


def stale_counters(item: Mapping[str, Any], windows: Sequence[Window], month: str) -> list[str]:
    """The counters of windows and months gone by."""
    own, latest = windows[0].counter, max(window.start for window in windows)
    return [
        name
        for name in item
        if (name[0] == "w" and name[1:].isdigit() and name != own)
        or (name[0] == "g" and ":" in name and int(name.rpartition(":")[2]) < latest // MINUTE * MINUTE)
        or (name.startswith("m2") and name < month)
    ]
