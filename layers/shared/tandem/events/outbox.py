"""The outbox in the table: `TENANT#<t>` / `EVENT#<id>`, on the due index until published."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tandem.aws import table
from tandem.aws.table import DUE_INDEX, ConditionFailed, Item, Key, Put
from tandem.clock import iso, parse
from tandem.events.models import PUBLISH_WITHIN, Event
from tandem.shards import shard, shards

KEPT_DAYS = 30
_FAMILY = "EVENT"


def insertion(event: Event) -> Put:
    """The write of a new event, for the transaction of what happened."""
    return Put(
        {
            "pk": f"TENANT#{event.tenant_id}",
            "sk": f"EVENT#{event.event_id}",
            "kind": "event",
            "event_id": event.event_id,
            "tenant_id": event.tenant_id,
            "type": event.type,
            "occurred_at": iso(event.occurred_at),
            "subject": event.subject,
            "body": event.body,
            "due_shard": shard(_FAMILY, event.event_id),
            "due_at": iso(event.occurred_at + timedelta(seconds=PUBLISH_WITHIN)),
            "expires_at": int((event.occurred_at + timedelta(days=KEPT_DAYS)).timestamp()),
        }
    )


def from_item(item: Item) -> Event:
    """The event of an item or stream image."""
    return Event(
        event_id=item["event_id"],
        tenant_id=item["tenant_id"],
        type=item["type"],
        occurred_at=parse(item["occurred_at"]),
        subject=item["subject"],
        body=item["body"],
    )


def get(tenant_id: str, event_id: str) -> Event | None:
    """One event, or None."""
    item = table.get(f"TENANT#{tenant_id}", f"EVENT#{event_id}")
    return from_item(item) if item else None


def mark_published(event: Event) -> None:
    """Take the event off the due index."""
    done = table.Update(
        f"TENANT#{event.tenant_id}",
        f"EVENT#{event.event_id}",
        remove=["due_shard", "due_at"],
        condition=table.Present,
    )
    try:
        table.update(done)
    except ConditionFailed:
        return  # it has expired meanwhile


def overdue(moment: datetime) -> Iterator[Event]:
    """Events that should have been published by now, from every shard."""
    for name in shards(_FAMILY):
        due = Key("due_shard").eq(name) & Key("due_at").lte(iso(moment))
        for item in table.query_index(due, index=DUE_INDEX):
            if found := table.get(item["pk"], item["sk"]):
                yield from_item(found)
