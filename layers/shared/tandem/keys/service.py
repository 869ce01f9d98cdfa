"""What every request needs of API keys: one that a request brought is checked and counted in one write."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache

from tandem import clock
from tandem.aws import table
from tandem.aws.table import ConditionFailed, Item
from tandem.config import settings
from tandem.errors import Forbidden, Problem, QuotaExceeded, TooManyRequests, Unauthenticated, Unavailable
from tandem.ids import new_id
from tandem.keys import store
from tandem.keys.models import (
    AGENTS,
    ALL_PERMISSIONS,
    GROUP_LIMITS,
    HOUR,
    MINUTE,
    TEST,
    Allowance,
    Key,
    Window,
    digest,
    granted,
    is_well_formed,
    is_within,
    month_counter,
    new_key,
)
from tandem.keys.records import new_record
from tandem.observability import logger
from tandem.records import record

REMEMBERED = 60
"""Seconds in which a key that held is taken for good by who may read while the database is down."""

_MOST_REMEMBERED = 200


class RateExceeded(TooManyRequests):
    """Over a rate limit; carries what the headers say."""

    def __init__(self, allowance: Allowance, *, retry_after: int) -> None:
        super().__init__("Rate limit exceeded.", retry_after=retry_after)
        self.allowance = allowance


class MonthUsedUp(QuotaExceeded):
    """Past a key's monthly quota; the rate limit is told all the same."""

    def __init__(self, message: str, allowance: Allowance) -> None:
        super().__init__(message)
        self.allowance = allowance


@record
class _Asked:
    """A request with a well-formed key, at a moment."""

    key: str
    moment: datetime
    windows: tuple[tuple[Window, int | None], ...]
    group: str

    @classmethod
    def now(cls, key: str, seconds: int, group: str) -> "_Asked":
        """A request against the key's own window, of so many seconds, and that of a group of endpoints."""
        moment = clock.now()
        windows: list[tuple[Window, int | None]] = [(Window.at(moment.timestamp(), seconds), None)]
        if group:
            windows.append((Window.at(moment.timestamp(), MINUTE, group), GROUP_LIMITS[group]))
        return cls(key, moment, tuple(windows), group)

    def allowances(self, item: Item) -> list[Allowance]:
        """What is left of each limit."""
        limits = [item["rate_limit"] if limit is None else limit for _, limit in self.windows]
        return [
            Allowance.of(item, window, limit, name)
            for (window, _), limit, name in zip(self.windows, limits, ("key", self.group), strict=False)
        ]


def create_key(
    tenant_id: str, prefix: str, *, name: str, plan: str = "starter", permissions: Iterable[str] = ALL_PERMISSIONS
) -> str:
    """The operator's way to a key of a tenant; it is stored as a digest, so this is the only time it is seen."""
    key, moment = new_key(prefix), clock.now()
    record = new_record(key, new_id(), tenant_id, name=name, plan=plan, permissions=permissions, moment=moment)
    table.transact(store.insertion(record))
    return key


def authenticate(presented: str, *, source_ip: str = "", group: str = "", lenient: bool = False) -> Key:
    """The key, checked and counted in one write. `group`: endpoints with a limit of their own. `lenient`: while the
    database is down, a key that held here within the last minute is taken, uncounted. Raises Unauthenticated, Forbidden
    about the address, TooManyRequests, QuotaExceeded or Unavailable."""
    if not is_well_formed(presented):
        raise _invalid()
    if presented.startswith(TEST) and settings().is_production:
        raise Unauthenticated("Test keys are not accepted in production.", code="API_KEY_INVALID")
    memory = _memory(settings().credentials)
    known = memory.pop(digest(presented), None)
    seconds = known.window_seconds if known else MINUTE if presented.startswith(AGENTS) else HOUR
    try:
        asked, item = _counted(presented, seconds, group)
    except Unavailable:
        if known:
            memory[digest(presented)] = known
        if not lenient or known is None or not _still_holds(known, source_ip):
            raise
        logger().warning("a key is taken uncounted: the database does not answer")
        return known
    key = _key(item, asked)
    if not is_within(source_ip, key.networks):
        store.take_back(presented, asked.windows, asked.moment)  # who found a key somewhere shall not use it up
        raise Forbidden("This API key may not be used from this address.", details={"sourceIp": source_ip})
    if len(memory) >= _MOST_REMEMBERED:
        memory.clear()
    memory[digest(presented)] = replace(key, is_counted=False)
    return key


def _still_holds(known: Key, source_ip: str) -> bool:
    """Whether a key held here not long ago, and has not ended since."""
    return known.holds_until > clock.timestamp() and is_within(source_ip, known.networks)


def _counted(presented: str, seconds: int, group: str) -> tuple[_Asked, Item]:
    asked = _Asked.now(presented, seconds, group)
    try:
        return asked, store.count(presented, asked.windows, asked.moment)
    except ConditionFailed as refusal:
        if refusal.item is None or refusal.item["window_seconds"] == seconds:
            raise _refusal(refusal.item, asked) from refusal
        asked = _Asked.now(presented, refusal.item["window_seconds"], group)
    try:
        return asked, store.count(presented, asked.windows, asked.moment)
    except ConditionFailed as refusal:
        raise _refusal(refusal.item, asked) from refusal


def _key(item: Item, asked: _Asked) -> Key:
    ends = [item[name] for name in ("valid_until",) if name in item]
    name = "secret_until" if item["digest"] == digest(asked.key) else "previous_until"
    ends += [item[name]] if name in item else []
    return Key(
        key_id=item["key_id"],
        tenant_id=item["tenant_id"],
        prefix=item["prefix"],
        permissions=granted(item["permissions"]),
        allowance=min(asked.allowances(item), key=lambda one: one.remaining),
        window_seconds=item["window_seconds"],
        networks=tuple(item.get("networks", ())),
        holds_until=min([asked.moment.timestamp() + REMEMBERED, *ends]),
    )


def _refusal(item: Item | None, asked: _Asked) -> Problem:
    """Why the key was not accepted, told from the item as it stood."""
    now = asked.moment.timestamp()
    if item is None or item["status"] != "active":
        return _invalid()
    if item["digest"] != digest(asked.key):
        if item.get("previous") != digest(asked.key):
            return _invalid()
        if item["previous_until"] <= now:
            return Unauthenticated("This API key was replaced by another one.", code="API_KEY_EXPIRED")
    elif item.get("secret_until", now + 1) <= now:
        return Unauthenticated("This API key was to be rotated, and was not.", code="API_KEY_EXPIRED")
    if item.get("valid_until", now + 1) <= now:
        return Unauthenticated("This API key has expired.", code="API_KEY_EXPIRED")
    allowances = asked.allowances(item)
    if used_up := [one for one in allowances if one.remaining == 0]:
        last = max(used_up, key=lambda one: one.resets_at)
        return RateExceeded(last, retry_after=max(1, last.resets_at - int(now)))
    month = month_counter(asked.moment)[1:]
    return MonthUsedUp(f"The monthly quota of {item['monthly_quota']} requests is used up ({month}).", allowances[0])


def _invalid() -> Unauthenticated:
    return Unauthenticated("This API key is unknown or revoked.", code="API_KEY_INVALID")


@cache
def _memory(credentials: str) -> dict[str, Key]:
    """Keys that held here, by digest."""
    return {}
