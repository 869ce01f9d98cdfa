"""API keys in the table: `KEY#<locator>`, and a key is authenticated and counted in one write; `TENANT#<t>` /
`APIKEY#<id>` finds those of a tenant."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, ConditionFailed, Item, Key, Update, Write
from tandem.clock import iso, parse
from tandem.keys.models import Window, digest, locator_of, month_counter, stale_counters
from tandem.keys.records import ApiKey, RotationPolicy, Status
from tandem.shards import shard, shards

_SK = "KEY"
_FAMILY = "KEY"


def pk(locator: str) -> str:
    """The partition of one key."""
    return f"KEY#{locator}"


def insertion(record: ApiKey) -> list[Write]:
    """The writes of a new key."""
    item = {
        "pk": pk(record.locator),
        "sk": _SK,
        "kind": "key",
        "key_id": record.key_id,
        "tenant_id": record.tenant_id,
        "prefix": record.prefix,
        "created_at": iso(record.created_at),
        "uses": 0,
        **_values(record),
    }
    found_by = {"pk": f"TENANT#{record.tenant_id}", "sk": _listed(record.key_id), "kind": "api_key"}
    return [table.Put(item, Absent), table.Put({**found_by, "locator": record.locator}, Absent)]


def change(before: ApiKey, after: ApiKey) -> Write:
    """The write of a changed key, if nobody else changed it since; what it counts goes on meanwhile."""
    values = _values(after)
    gone = [name for name in _values(before) if name not in values]
    return Update(pk(before.locator), _SK, values, remove=gone, condition=Attr("version").eq(before.version))


def deletion(record: ApiKey) -> list[Write]:
    """The writes that remove a key."""
    return [
        table.Delete(pk(record.locator), _SK, table.Present),
        table.Delete(f"TENANT#{record.tenant_id}", _listed(record.key_id), table.Present),
    ]


def find(tenant_id: str, key_id: str, moment: datetime) -> ApiKey | None:
    """One key of a tenant, or None."""
    found_by = table.get(f"TENANT#{tenant_id}", _listed(key_id))
    item = table.get(pk(found_by["locator"]), _SK) if found_by else None
    return _record(item, moment) if item else None


def all_of(tenant_id: str, moment: datetime) -> list[ApiKey]:
    """Every key of a tenant, the newest first."""
    found = [pk(item["locator"]) for item in _places(tenant_id)]
    items = [
        item
        for first in range(0, len(found), 100)
        for item in table.get_many([(name, _SK) for name in found[first:][:100]])
    ]
    return [_record(item, moment) for item in items if item]


def number_of(tenant_id: str) -> int:
    """How many keys a tenant has."""
    return sum(1 for _ in _places(tenant_id))


def due(moment: datetime) -> Iterator[ApiKey]:
    """Keys whose secret the schedule must look at by now, from every shard."""
    for name in shards(_FAMILY):
        condition = Key("due_shard").eq(name) & Key("due_at").lte(iso(moment))
        for place in table.query_index(condition, index=DUE_INDEX):
            if item := table.get(place["pk"], place["sk"]):
                yield _record(item, moment)


def count(key: str, windows: Sequence[tuple[Window, int | None]], moment: datetime) -> Item:
    """Check a key and count one request against its windows and the month, in one write; the item as it is then. Each
    window comes with its limit; the first is the key's own, whose limit stands in the item (None).

    Raises ConditionFailed with the item when the key does not hold or a limit is reached.
    """
    month, now, hashed = month_counter(moment), int(moment.timestamp()), digest(key)
    secret_lasts = Attr("secret_until").not_exists() | Attr("secret_until").gt(now)
    condition = (
        Attr("status").eq("active")
        & ((Attr("digest").eq(hashed) & secret_lasts) | (Attr("previous").eq(hashed) & Attr("previous_until").gt(now)))
        & (Attr("valid_until").not_exists() | Attr("valid_until").gt(now))
        & Attr("window_seconds").eq(windows[0][0].seconds)
        & (Attr("monthly_quota").eq(-1) | Attr(month).not_exists() | Attr(month).lt(Attr("monthly_quota")))
    )
    for window, limit in windows:
        counter = Attr(window.counter)
        condition &= counter.not_exists() | counter.lt(Attr("rate_limit") if limit is None else limit)
    counters = {**{window.counter: 1 for window, _ in windows}, month: 1, "uses": 1}
    item = table.update(Update(pk(locator_of(key)), _SK, {"last_used_at": now}, counters, condition=condition))
    if any(item[window.counter] == 1 for window, _ in windows):
        _tidy(item, [window for window, _ in windows], month)
    return item


def take_back(key: str, windows: Sequence[tuple[Window, int | None]], moment: datetime) -> None:
    """Do as if a request had not been counted."""
    counters = {**{window.counter: -1 for window, _ in windows}, month_counter(moment): -1, "uses": -1}
    with suppress(ConditionFailed):
        table.change(Update(pk(locator_of(key)), _SK, add=counters, condition=table.Present))


def _tidy(item: Item, windows: Sequence[Window], month: str) -> None:
    """Drop counters gone by: once a window, on its first request."""
    if stale := stale_counters(item, windows, month):
        with suppress(ConditionFailed):
            table.change(Update(item["pk"], _SK, remove=stale, condition=table.Present))


def _places(tenant_id: str) -> Iterator[Item]:
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(_listed(""))
    return table.query_all(condition, newest_first=True, consistent=True)


def _listed(key_id: str) -> str:
    return f"APIKEY#{key_id}"


def _values(record: ApiKey) -> Item:
    """What a change may change, without what is not there."""
    step = record.next_step()
    values = {
        "name": record.name,
        "permissions": list(record.permissions),
        "digest": record.digest,
        "status": str(record.status),
        "rate_limit": record.rate_limit,
        "window_seconds": record.window_seconds,
        "monthly_quota": record.monthly_quota,
        "updated_at": iso(record.updated_at),
        "rotated_at": iso(record.rotated_at),
        "valid_until": _seconds(record.valid_until),
        "secret_until": _seconds(record.secret_until),
        "previous": record.previous,
        "previous_until": _seconds(record.previous_until),
        "networks": list(record.networks) or None,
        "interval_days": record.policy.interval_days if record.policy else None,
        "notify_days": record.policy.notify_days_before if record.policy else None,
        "noticed": record.noticed or None,
        "version": record.version,
        "due_shard": shard(_FAMILY, record.key_id) if step else None,
        "due_at": iso(step[1]) if step else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _record(item: Item, moment: datetime) -> ApiKey:
    """The key of an item, as it is known in this month."""
    policy = RotationPolicy(item["interval_days"], item["notify_days"]) if "interval_days" in item else None
    return ApiKey(
        key_id=item["key_id"],
        tenant_id=item["tenant_id"],
        prefix=item["prefix"],
        locator=item["pk"].partition("#")[2],
        name=item["name"],
        permissions=tuple(item["permissions"]),
        digest=item["digest"],
        rate_limit=item["rate_limit"],
        window_seconds=item["window_seconds"],
        monthly_quota=item["monthly_quota"],
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        rotated_at=parse(item["rotated_at"]),
        status=Status(item["status"]),
        valid_until=_moment(item.get("valid_until")),
        secret_until=_moment(item.get("secret_until")),
        previous=item.get("previous"),
        previous_until=_moment(item.get("previous_until")),
        networks=tuple(item.get("networks", ())),
        policy=policy,
        noticed=item.get("noticed", False),
        last_used_at=_moment(item.get("last_used_at")),
        uses=item["uses"],
        month_uses=item.get(month_counter(moment), 0),
        version=item["version"],
    )


def _seconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None else None
