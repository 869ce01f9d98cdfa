"""What people do with API keys: make, look at, change, replace, revoke and remove them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tandem import clock
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable
from tandem.ids import is_id
from tandem.keys import store
from tandem.keys.models import digest, limit_of, new_key, not_granted
from tandem.keys.notices import notice
from tandem.keys.records import MOST_KEYS, ApiKey, Environment, Status, new_record
from tandem.keys.shapes import AgentsKeyRequest, ApiKeyChange, ApiKeyRequest, RateLimit, end_of
from tandem.tenants import service as tenants

_ROUNDS = 3
"""Tries at a change that another one was quicker than."""


def create(
    tenant_id: str, request: ApiKeyRequest | AgentsKeyRequest, *, key_id: str, actor: str, own: frozenset[str]
) -> tuple[ApiKey, str]:
    """A new key and, for the only time, its whole text. `own`: the permissions of who makes it. Raises Forbidden about
    permissions that they lack, Invalid, Conflict past the number of keys."""
    _require_own(request.permissions, own)
    moment, plan = clock.now(), tenants.get_tenant(tenant_id).plan
    if store.number_of(tenant_id) >= MOST_KEYS:
        raise Conflict(f"A workspace has at most {MOST_KEYS} API keys. Delete one first.")
    secret = new_key(request.prefix)
    record = new_record(
        secret, key_id, tenant_id, name=request.name, plan=plan, permissions=request.permissions, moment=moment
    )
    record = replace(
        record,
        valid_until=_end(request.expires_at, moment),
        policy=request.rotation_policy.policy if request.rotation_policy else None,
        networks=tuple(request.ip_whitelist),
    )
    if request.rate_limit:
        limit, seconds = _limit(request.rate_limit, record.prefix, plan)
        record = replace(record, rate_limit=limit, window_seconds=seconds)
    told = {"name": record.name, "permissions": list(record.permissions), "prefix": record.prefix}
    table.transact([*store.insertion(record), audit.entry(tenant_id, actor, "api_key.create", key_id, told)])
    return record, secret


def list_keys(
    tenant_id: str,
    environment: Environment | None = None,
    *,
    is_active: bool | None = None,
    limit: int,
    offset: int,
) -> tuple[list[ApiKey], int]:
    """A span of a tenant's keys, the newest first, and how many there are."""
    moment = clock.now()
    found = [
        key
        for key in store.all_of(tenant_id, moment)
        if environment in (None, key.environment) and is_active in (None, key.is_live(moment))
    ]
    return found[offset : offset + limit], len(found)


def show(tenant_id: str, key_id: str) -> ApiKey:
    """One key. Raises NotFound."""
    key = store.find(tenant_id, key_id, clock.now()) if is_id(key_id) else None
    if key is None:
        raise NotFound("No such API key.")
    return key


def update(tenant_id: str, key_id: str, change: ApiKeyChange, *, actor: str, own: frozenset[str]) -> ApiKey:
    """Change what the request names. Raises NotFound, Forbidden, Invalid; Conflict about a key that was revoked."""
    _require_own(change.permissions or [], own)
    for _ in range(_ROUNDS):
        before = show(tenant_id, key_id)
        if before.status is Status.REVOKED:
            raise Conflict("This API key was revoked, which is for good. Make a new one.")
        changes = _changes(before, change)
        after = replace(before, **changes, updated_at=clock.now(), version=before.version + 1)
        fields = {"fields": sorted(change.model_fields_set)}
        if not changes or _changed(before, after, audit.entry(tenant_id, actor, "api_key.update", key_id, fields)):
            return after if changes else before
    raise _busy()


def revoke(tenant_id: str, key_id: str, *, actor: str) -> ApiKey:
    """End a key for good, at once; it stays in the list. Raises NotFound."""
    for _ in range(_ROUNDS):
        before = show(tenant_id, key_id)
        if before.status is Status.REVOKED:
            return before
        after = replace(before, status=Status.REVOKED, updated_at=clock.now(), version=before.version + 1)
        if _changed(before, after, audit.entry(tenant_id, actor, "api_key.revoke", key_id, {})):
            return after
    raise _busy()


def delete(tenant_id: str, key_id: str, *, actor: str) -> str:
    """Remove a key; what it was used for stays in the statistics. The id. Raises NotFound."""
    entry = audit.entry(tenant_id, actor, "api_key.delete", key_id, {})
    try:
        table.transact([*store.deletion(show(tenant_id, key_id)), entry])
    except TransactionCancelled as cancelled:
        raise NotFound("No such API key.") from cancelled
    return key_id


def rotate(tenant_id: str, key_id: str, *, overlap_hours: int, actor: str) -> tuple[ApiKey, str]:
    """Give a key a new secret, seen here only; the one before holds for the overlap, and any before that ends now.
    Raises NotFound; Conflict about a key that is not active."""
    for _ in range(_ROUNDS):
        before = show(tenant_id, key_id)
        if before.status is not Status.ACTIVE:
            raise Conflict(f"This API key is {before.status}: there is nothing to replace.")
        secret, moment = new_key(before.prefix, before.locator), clock.now()
        end = moment.replace(microsecond=0) + timedelta(hours=overlap_hours)
        after = replace(
            before,
            digest=digest(secret),
            previous=before.digest,
            previous_until=min(end, before.secret_until) if before.secret_until else end,
            secret_until=None,
            rotated_at=moment,
            noticed=False,
            updated_at=moment,
            version=before.version + 1,
        )
        entry = audit.entry(tenant_id, actor, "api_key.rotate", key_id, {"overlapHours": overlap_hours})
        if _changed(before, after, entry, notice("api_key.rotated", after, moment)):
            return after, secret
    raise _busy()


def _changed(before: ApiKey, after: ApiKey, *told: Write) -> bool:
    """Whether the change was written."""
    try:
        table.transact([store.change(before, after), *told])
    except TransactionCancelled:
        return False
    return True


def _changes(before: ApiKey, change: ApiKeyChange) -> dict[str, Any]:
    """What is different, of what was named."""
    given, changes = change.model_fields_set, dict[str, Any]()
    if change.name is not None:
        changes["name"] = change.name
    if change.permissions is not None:
        changes["permissions"] = tuple(sorted(set(change.permissions)))
    if change.is_active is not None:
        changes["status"] = Status.ACTIVE if change.is_active else Status.INACTIVE
    if "expires_at" in given:
        changes["valid_until"] = _end(change.expires_at, clock.now())
    if "rotation_policy" in given:
        changes["policy"] = change.rotation_policy.policy if change.rotation_policy else None
        changes["noticed"], changes["secret_until"] = False, None
    if "ip_whitelist" in given:
        changes["networks"] = tuple(change.ip_whitelist or ())
    if "rate_limit" in given:
        plan = tenants.get_tenant(before.tenant_id).plan
        changes["rate_limit"], changes["window_seconds"] = _limit(change.rate_limit, before.prefix, plan)
    return {name: value for name, value in changes.items() if getattr(before, name) != value}


def _limit(wanted: RateLimit | None, prefix: str, plan: str) -> tuple[int, int]:
    """The requests, and in how many seconds, that a key is given instead of its plan's, which it cannot exceed."""
    limit, seconds = limit_of(prefix, plan)
    if wanted is None:
        return limit, seconds
    if wanted.requests * seconds > limit * wanted.seconds:
        most = f"at most {limit * wanted.seconds // seconds} per {wanted.window} on this plan"
        raise _invalid("rateLimit.requests", most)
    return wanted.requests, wanted.seconds


def _end(wanted: Any, moment: datetime) -> datetime | None:
    end = end_of(wanted) if wanted is not None else None
    if end is not None and end <= moment:
        raise _invalid("expiresAt", "must lie in the future")
    return end


def _require_own(permissions: list[str], own: frozenset[str]) -> None:
    if lacking := not_granted(permissions, own):
        message = f"Nobody gives a key what they lack themselves: {', '.join(lacking)}."
        raise Forbidden(message, details={"required": lacking})


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(f"The request is not valid: {field}.", fields=[{"field": field, "message": message}])


def _busy() -> Unavailable:
    return Unavailable("This API key is being changed by many at once. Try again shortly.", retry_after=1)
