"""Deliveries in the table: `TENANT#<t>` / `DELIVERY#<endpoint_id>#<event_id>`, on the due index while they wait, and
on the index by endpoint and status.

The row is the truth of a delivery. `due_at` says when somebody must look at it next: at the next attempt, or, while a
worker has it, when that worker must be taken for dead.
"""

import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from tandem.aws import table
from tandem.aws.table import (
    DUE_INDEX,
    ENDPOINT_INDEX,
    Absent,
    Attr,
    Check,
    Condition,
    ConditionFailed,
    Item,
    Key,
    Put,
    TransactionCancelled,
    Update,
)
from tandem.clock import iso, parse
from tandem.errors import Unavailable
from tandem.ids import earliest_id
from tandem.shards import shard, shards
from tandem.webhooks import store
from tandem.webhooks.models import Attempt, Delivery, DeliveryFilter, Status

LEASE = timedelta(seconds=30)
"""How long a worker has; longer than an attempt can last."""

KEPT = timedelta(days=30)
_EARLY = timedelta(seconds=1)
_MOST_ATTEMPTS = 50
_PREFIX = "DELIVERY#"


def insert(delivery: Delivery) -> None:
    """Add a delivery that is due, unless it is there already."""
    try:
        table.put(_new_item(delivery), condition=Absent)
    except ConditionFailed:
        return


def insert_held(delivery: Delivery) -> bool:
    """Add a delivery that waits for its endpoint to be resumed, unless it is there; False if that is not paused."""
    return _while_paused(delivery, Put(_new_item(delivery), Absent))


def hold(delivery: Delivery, owner: str) -> bool:
    """Put a leased delivery to wait for its endpoint to be resumed; False if that is not paused."""
    change = Update(
        *_key_of(delivery),
        set=_standing(delivery.tenant_id, delivery.endpoint_id, Status.HELD),
        remove=("due_shard", "due_at", "lease_owner", "claims"),
        condition=Attr("lease_owner").eq(owner),
    )
    return _while_paused(delivery, change)


def release_held(tenant_id: str, endpoint_id: str, moment: datetime, most: int) -> list[str]:
    """Make the held deliveries of an endpoint due, the oldest first and at most so many; their events."""
    held = DeliveryFilter(Status.HELD)
    released = []
    for event_id in find(tenant_id, endpoint_id, held, most, chunk=most, newest_first=False):
        change = Update(
            *_key(tenant_id, endpoint_id, event_id),
            set={**_standing(tenant_id, endpoint_id, Status.PENDING), **_due(event_id, moment)},
            condition=Attr("status").eq(Status.HELD.value),
        )
        if _changed(change):  # else let go by another
            released.append(event_id)
    return released


def lease(tenant_id: str, endpoint_id: str, event_id: str, owner: str, moment: datetime) -> Delivery | None:
    """Take a delivery that is due; None when it is not, or another worker has it."""
    change = Update(
        *_key(tenant_id, endpoint_id, event_id),
        set={"lease_owner": owner, "due_at": iso(moment + LEASE)},
        add={"claims": 1},
        condition=Attr("status").eq(Status.PENDING.value) & Attr("due_at").lte(iso(moment + _EARLY)),
    )
    try:
        return _delivery(table.update(change))
    except ConditionFailed:
        return None


def park(delivery: Delivery, owner: str, until: datetime) -> bool:
    """Give a leased delivery back, to be looked at again later; False when the lease was lost."""
    return _end_lease(delivery, owner, {"due_at": iso(until)})


def cancel(delivery: Delivery, owner: str) -> bool:
    """End a leased delivery whose endpoint is gone; False when the lease was lost."""
    return _end_lease(
        delivery, owner, _standing(delivery.tenant_id, delivery.endpoint_id, Status.CANCELLED), "due_shard", "due_at"
    )


def record(
    delivery: Delivery, owner: str, attempt: Attempt, *, excerpt: str | None, status: Status, due_at: datetime | None
) -> bool:
    """Note an attempt and end the lease; False when the lease was lost. `due_at`: the next attempt."""
    told = [*delivery.attempts, attempt][-_MOST_ATTEMPTS:]
    changed: dict[str, Any] = {
        "attempts": [_attempt_item(each) for each in told],
        **_standing(delivery.tenant_id, delivery.endpoint_id, status),
    }
    changed |= {"made": delivery.made + 1, "tries": delivery.tries + 1}
    removed = ["due_shard"] if due_at is None else []
    for name, value in (("excerpt", excerpt), ("due_at", iso(due_at) if due_at else None)):
        if value is None:
            removed.append(name)
        else:
            changed[name] = value
    return _end_lease(delivery, owner, changed, *removed)


def insert_made(delivery: Delivery) -> None:
    """Add a delivery that is over already."""
    table.put(_new_item(delivery), condition=Absent)


def restart(delivery: Delivery, moment: datetime) -> bool:
    """Make a delivery that is over due once more, with all its tries before it; False if it is no longer as it was."""
    change = Update(
        *_key_of(delivery),
        set={
            **_standing(delivery.tenant_id, delivery.endpoint_id, Status.PENDING),
            **_due(delivery.event_id, moment),
            "tries": 0,
            "expires_at": int((moment + KEPT).timestamp()),
        },
        condition=Attr("status").eq(delivery.status.value),
    )
    return _changed(change)


def hasten(delivery: Delivery, moment: datetime) -> bool:
    """Make a delivery that waits for its next attempt due; False when it waits no longer."""
    change = Update(
        *_key_of(delivery),
        set={"due_at": iso(moment)},
        condition=Attr("status").eq(Status.PENDING.value) & Attr("lease_owner").not_exists(),
    )
    return _changed(change)


def get(tenant_id: str, endpoint_id: str, event_id: str) -> Delivery | None:
    """One delivery, or None."""
    item = table.get(*_key(tenant_id, endpoint_id, event_id))
    return _delivery(item) if item else None


def get_many(tenant_id: str, endpoint_id: str, event_ids: Sequence[str]) -> list[Delivery]:
    """Those of an endpoint's deliveries, at most 100, that are there, in the order asked."""
    keys = [_key(tenant_id, endpoint_id, event_id) for event_id in event_ids]
    return [_delivery(item) for item in (table.get_many(keys) if keys else []) if item]


def count(tenant_id: str, endpoint_id: str, wanted: DeliveryFilter, most: int) -> int:
    """How many deliveries match, of the newest `most` in each status."""
    return sum(
        table.query_count(keys, index=ENDPOINT_INDEX, where=_where(wanted), most=most)
        for keys in _ranges(tenant_id, endpoint_id, wanted)
    )


def find(
    tenant_id: str, endpoint_id: str, wanted: DeliveryFilter, most: int, *, chunk: int, newest_first: bool = True
) -> Iterator[str]:
    """The events of the deliveries that match, by the time of the event, read `chunk` at a time as they are asked for,
    from the first `most` in each status."""
    entries = [
        _entries(keys, _where(wanted), most, chunk, newest_first=newest_first)
        for keys in _ranges(tenant_id, endpoint_id, wanted)
    ]
    last = None
    for sk in heapq.merge(*entries, reverse=newest_first):
        if sk != last:  # one that changes its status meanwhile may stand in two places
            yield sk.rpartition("#")[2]
        last = sk


def due(moment: datetime) -> Iterator[tuple[str, str, str | None]]:
    """Tenant, endpoint and event of everything that must be looked at by now; with None as event it is the endpoint
    itself, which was resumed."""
    for name in shards(store.FAMILY):
        for item in table.query_index(Key("due_shard").eq(name) & Key("due_at").lte(iso(moment)), index=DUE_INDEX):
            tenant_id, sk = str(item["pk"]).removeprefix("TENANT#"), str(item["sk"])
            if resumed := store.endpoint_of(sk):
                yield tenant_id, resumed, None
            else:
                endpoint_id, _, event_id = sk.removeprefix(_PREFIX).partition("#")
                yield tenant_id, endpoint_id, event_id


def _key(tenant_id: str, endpoint_id: str, event_id: str) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"{_PREFIX}{endpoint_id}#{event_id}"


def _key_of(delivery: Delivery) -> tuple[str, str]:
    return _key(delivery.tenant_id, delivery.endpoint_id, delivery.event_id)


def _standing(tenant_id: str, endpoint_id: str, status: Status) -> dict[str, str]:
    """A status, and the place in the index that follows from it."""
    return {"status": status.value, "of_endpoint": _partition(tenant_id, endpoint_id, status)}


def _partition(tenant_id: str, endpoint_id: str, status: Status) -> str:
    return f"TENANT#{tenant_id}#ENDPOINT#{endpoint_id}#{status.value}"


def _ranges(tenant_id: str, endpoint_id: str, wanted: DeliveryFilter) -> list[Condition]:
    """A range of keys of the index for each status that is wanted."""
    prefix = f"{_PREFIX}{endpoint_id}#"
    low = prefix + (earliest_id(wanted.start) if wanted.start else "")
    high = prefix + (earliest_id(wanted.end) if wanted.end else "~")
    between = Key("sk").between(low, high)
    statuses = [wanted.status] if wanted.status else list(Status)
    return [Key("of_endpoint").eq(_partition(tenant_id, endpoint_id, each)) & between for each in statuses]


def _where(wanted: DeliveryFilter) -> Condition | None:
    return Attr("type").eq(wanted.event_type) if wanted.event_type else None


def _entries(keys: Condition, where: Condition | None, most: int, chunk: int, *, newest_first: bool) -> Iterator[str]:
    start_key: dict[str, Any] | None = None
    while most > 0:
        limit = min(chunk, most)
        page = table.query(
            keys, index=ENDPOINT_INDEX, newest_first=newest_first, limit=limit, start_key=start_key, where=where
        )
        yield from (str(item["sk"]) for item in page.items)
        if (start_key := page.next_key) is None:
            return
        most -= limit


def _due(event_id: str, moment: datetime) -> dict[str, str]:
    return {"due_shard": shard(store.FAMILY, event_id), "due_at": iso(moment)}


def _new_item(delivery: Delivery) -> Item:
    pk, sk = _key_of(delivery)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "delivery",
        "tenant_id": delivery.tenant_id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "type": delivery.event_type,
        "body": delivery.body,
        **_standing(delivery.tenant_id, delivery.endpoint_id, delivery.status),
        **({"attempts": [_attempt_item(each) for each in delivery.attempts]} if delivery.attempts else {}),
        **({"excerpt": delivery.excerpt} if delivery.excerpt is not None else {}),
        "made": delivery.made,
        "tries": delivery.tries,
        "created_at": iso(delivery.created_at),
        "expires_at": int((delivery.created_at + KEPT).timestamp()),
        **(_due(delivery.event_id, delivery.due_at) if delivery.due_at else {}),
    }


def _end_lease(delivery: Delivery, owner: str, changed: dict[str, Any], *removed: str) -> bool:
    change = Update(
        *_key_of(delivery),
        set=changed,
        remove=("lease_owner", "claims", *removed),
        condition=Attr("lease_owner").eq(owner),
    )
    return _changed(change)


def _changed(change: Update) -> bool:
    try:
        table.update(change)
    except ConditionFailed:
        return False
    return True


def _while_paused(delivery: Delivery, write: Put | Update) -> bool:
    # Checked in the same transaction: a row held after its endpoint was resumed would be held for ever.
    pk, sk = store.key(delivery.tenant_id, delivery.endpoint_id)
    try:
        table.transact([write, Check(pk, sk, Attr("paused_at").exists())])
    except TransactionCancelled as cancelled:
        row, endpoint = cancelled.failed
        if row is None and endpoint is None:
            raise Unavailable("The webhook is being changed.") from cancelled
        return row is not None
    return True


def _delivery(item: Item) -> Delivery:
    return Delivery(
        tenant_id=item["tenant_id"],
        endpoint_id=item["endpoint_id"],
        event_id=item["event_id"],
        event_type=item["type"],
        body=item["body"],
        status=Status(item["status"]),
        created_at=parse(item["created_at"]),
        attempts=[
            Attempt(parse(each["at"]), each["ms"], each.get("status"), each.get("error"))
            for each in item.get("attempts", [])
        ],
        made=item["made"],
        tries=item["tries"],
        due_at=parse(item["due_at"]) if "due_at" in item else None,
        excerpt=item.get("excerpt"),
        claims=item.get("claims", 0),
        is_leased="lease_owner" in item,
    )


def _attempt_item(attempt: Attempt) -> dict[str, Any]:
    return {"at": iso(attempt.at), "ms": attempt.milliseconds, "status": attempt.status, "error": attempt.error}
