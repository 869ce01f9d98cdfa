"""What we do with API keys: create one, and check one that a request brought."""

from collections.abc import Iterable

from tandem import clock
from tandem.aws.table import ConditionFailed, Item
from tandem.config import settings
from tandem.errors import Forbidden, Problem, QuotaExceeded, TooManyRequests, Unauthenticated
from tandem.ids import new_id
from tandem.keys import store
from tandem.keys.models import (
    AGENTS,
    ALL_PERMISSIONS,
    HOUR,
    MINUTE,
    MONTHLY_QUOTAS,
    TEST,
    Allowance,
    Key,
    Window,
    digest,
    granted,
    is_well_formed,
    limit_of,
    month_counter,
    new_key,
)


class RateExceeded(TooManyRequests):
    """Over a key's rate limit; carries what the headers say."""

    def __init__(self, allowance: Allowance, *, retry_after: int) -> None:
        super().__init__("Rate limit exceeded.", retry_after=retry_after)
        self.allowance = allowance


class MonthUsedUp(QuotaExceeded):
    """Past a key's monthly quota; the rate limit is told all the same."""

    def __init__(self, message: str, allowance: Allowance) -> None:
        super().__init__(message)
        self.allowance = allowance


class PermissionLacking(Forbidden):
    """A key or a role that holds, without the permission; the request counted."""

    def __init__(self, permission: str, allowance: Allowance, *, holder: str = "key") -> None:
        super().__init__(f"This {holder} lacks the permission {permission}.", details={"required": permission})
        self.allowance = allowance


def create_key(
    tenant_id: str, prefix: str, *, name: str, plan: str = "starter", permissions: Iterable[str] = ALL_PERMISSIONS
) -> str:
    """Create a key of a tenant and return it; it is stored as a digest, so this is the only time it is seen."""
    key = new_key(prefix)
    limit, window_seconds = limit_of(prefix, plan)
    store.insert(
        digest(key),
        {
            "key_id": new_id(),
            "tenant_id": tenant_id,
            "name": name,
            "prefix": prefix,
            "permissions": sorted(set(permissions)),
            "status": "active",
            "rate_limit": limit,
            "window_seconds": window_seconds,
            "monthly_quota": MONTHLY_QUOTAS[plan],
            "created_at": clock.iso(clock.now()),
        },
    )
    return key


def authenticate(presented: str) -> Key:
    """The key, checked and counted in one write. Raises Unauthenticated, TooManyRequests or QuotaExceeded."""
    if not is_well_formed(presented):
        raise _invalid()
    if presented.startswith(TEST) and settings().is_production:
        raise Unauthenticated("Test keys are not accepted in production.", code="API_KEY_INVALID")
    hashed = digest(presented)
    moment = clock.now()
    window = Window.at(moment.timestamp(), MINUTE if presented.startswith(AGENTS) else HOUR)
    try:
        item = store.count(hashed, window, moment)
    except ConditionFailed as refusal:
        if (seconds := _other_window(refusal.item, window)) is None:
            raise _refusal(refusal.item, window, month_counter(moment)) from refusal
        window = Window.at(moment.timestamp(), seconds)
        try:
            item = store.count(hashed, window, moment)
        except ConditionFailed as second:
            raise _refusal(second.item, window, month_counter(moment)) from second
    return _key(item, window)


def _other_window(item: Item | None, window: Window) -> int | None:
    """The window of a key whose limit was overridden, where it is not the one its prefix suggests."""
    return item["window_seconds"] if item and item["window_seconds"] != window.seconds else None


def _key(item: Item, window: Window) -> Key:
    return Key(
        key_id=item["key_id"],
        tenant_id=item["tenant_id"],
        prefix=item["prefix"],
        permissions=granted(item["permissions"]),
        allowance=_allowance(item, window),
    )


def _refusal(item: Item | None, window: Window, month: str) -> Problem:
    """Why the key was not accepted, told from the item as it stood."""
    now = clock.timestamp()
    if item is None or item["status"] != "active":
        return _invalid()
    if item.get("valid_until", now + 1) <= now:
        return Unauthenticated("This API key has expired.", code="API_KEY_EXPIRED")
    if item.get(window.counter, 0) >= item["rate_limit"]:
        return RateExceeded(_allowance(item, window), retry_after=max(1, window.resets_at - int(now)))
    message = f"The monthly quota of {item['monthly_quota']} requests is used up ({month[1:]})."
    return MonthUsedUp(message, _allowance(item, window))


def _allowance(item: Item, window: Window) -> Allowance:
    remaining = max(0, item["rate_limit"] - item.get(window.counter, 0))
    return Allowance(item["rate_limit"], remaining, window.resets_at, window.seconds)


def _invalid() -> Unauthenticated:
    return Unauthenticated("This API key is unknown or revoked.", code="API_KEY_INVALID")
