"""Deliveries in the table: `TENANT#<t>` / `DELIVERY#<endpoint_id>#<event_id>`, on the due index while they wait.

The row is the truth of a delivery. `due_at` says when somebody must look at it next: at the next attempt, or, while a
worker has it, when that worker must be taken for dead.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tandem.aws import table
from tandem.aws.table import (
    DUE_INDEX,
    Absent,
    Attr,
    Check,
    ConditionFailed,
    Item,
    Key,
    Put,
    TransactionCancelled,
    Update,
)
from tandem.clock import iso, parse
from tandem.errors import Unavailable
from tandem.shards import shard, shards
from tandem.webhooks import store
from tandem.webhooks.models import Attempt, Delivery, Status

LEASE = timedelta(seconds=30)
"""How long a worker has; longer than an attempt can last."""

_EARLY = timedelta(seconds=1)
_KEPT = timedelta(days=30)
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
        *_key(delivery),
        set={"status": Status.HELD.value},
        remove=("due_shard", "due_at", "lease_owner", "claims"),
        condition=Attr("lease_owner").eq(owner),
    )
    return _while_paused(delivery, change)


def release_held(tenant_id: str, endpoint_id: str, moment: datetime) -> list[str]:
    """Make every held delivery of an endpoint due; their events."""
    released = []
    for delivery in of_endpoint(tenant_id, endpoint_id, Status.HELD):
        change = Update(
            *_key(delivery),
            set={"status": Status.PENDING.value, **_due(delivery.event_id, moment)},
            condition=Attr("status").eq(Status.HELD.value),
        )
        try:
            table.update(change)
        except ConditionFailed:
            continue  # let go by another
        released.append(delivery.event_id)
    return released


def lease(tenant_id: str, endpoint_id: str, event_id: str, owner: str, moment: datetime) -> Delivery | None:
    """Take a delivery that is due; None when it is not, or another worker has it."""
    change = Update(
        f"TENANT#{tenant_id}",
        f"{_PREFIX}{endpoint_id}#{event_id}",
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
    return _end_lease(delivery, owner, {"status": Status.CANCELLED.value}, "due_shard", "due_at")


def record(
    delivery: Delivery, owner: str, attempt: Attempt, *, excerpt: str | None, status: Status, due_at: datetime | None
) -> bool:
    """Note an attempt and end the lease; False when the lease was lost. `due_at`: the next attempt."""
    made = [*delivery.attempts, attempt]
    changed: dict[str, Any] = {"attempts": [_attempt_item(each) for each in made], "status": status.value}
    removed = ["due_shard"] if due_at is None else []
    for name, value in (("excerpt", excerpt), ("due_at", iso(due_at) if due_at else None)):
        if value is None:
            removed.append(name)
        else:
            changed[name] = value
    return _end_lease(delivery, owner, changed, *removed)


def get(tenant_id: str, endpoint_id: str, event_id: str) -> Delivery | None:
    """One delivery, or None."""
    item = table.get(f"TENANT#{tenant_id}", f"{_PREFIX}{endpoint_id}#{event_id}")
    return _delivery(item) if item else None


def of_endpoint(tenant_id: str, endpoint_id: str, status: Status | None = None) -> Iterator[Delivery]:
    """An endpoint's deliveries, the newest event first."""
    wanted = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(f"{_PREFIX}{endpoint_id}#")
    where = Attr("status").eq(status.value) if status else None
    for item in table.query_all(wanted, newest_first=True, where=where, consistent=True):
        yield _delivery(item)


def due(moment: datetime) -> Iterator[tuple[str, str, str | None]]:
    """Tenant, endpoint and event of everything that must be looked at by now; with None as event it is the endpoint
    itself, which was resumed."""
    for name in shards(store.FAMILY):
        for item in table.query_index(Key("due_shard").eq(name) & Key("due_at").lte(iso(moment)), index=DUE_INDEX):
            tenant_id, sk = str(item["pk"]).removeprefix("TENANT#"), str(item["sk"])
            if sk.startswith(store.PREFIX):
                yield tenant_id, sk.removeprefix(store.PREFIX), None
            else:
                endpoint_id, _, event_id = sk.removeprefix(_PREFIX).partition("#")
                yield tenant_id, endpoint_id, event_id


def _key(delivery: Delivery) -> tuple[str, str]:
    return f"TENANT#{delivery.tenant_id}", f"{_PREFIX}{delivery.endpoint_id}#{delivery.event_id}"


def _due(event_id: str, moment: datetime) -> dict[str, str]:
    return {"due_shard": shard(store.FAMILY, event_id), "due_at": iso(moment)}


def _new_item(delivery: Delivery) -> Item:
    pk, sk = _key(delivery)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "delivery",
        "tenant_id": delivery.tenant_id,
        "endpoint_id": delivery.endpoint_id,
        "event_id": delivery.event_id,
        "type": delivery.event_type,
        "body": delivery.body,
        "status": delivery.status.value,
        "created_at": iso(delivery.created_at),
        "expires_at": int((delivery.created_at + _KEPT).timestamp()),
        **(_due(delivery.event_id, delivery.due_at) if delivery.due_at else {}),
    }


def _end_lease(delivery: Delivery, owner: str, changed: dict[str, Any], *removed: str) -> bool:
    change = Update(
        *_key(delivery),
        set=changed,
        remove=("lease_owner", "claims", *removed),
        condition=Attr("lease_owner").eq(owner),
    )
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
        due_at=parse(item["due_at"]) if "due_at" in item else None,
        excerpt=item.get("excerpt"),
        claims=item.get("claims", 0),
    )


def _attempt_item(attempt: Attempt) -> dict[str, Any]:
    return {"at": iso(attempt.at), "ms": attempt.milliseconds, "status": attempt.status, "error": attempt.error}
