"""The few places where the loops look straight into moto's tables and queues instead of asking over HTTP."""

from typing import Any
from weakref import WeakKeyDictionary

import moto.dynamodb.models.table as described
from moto.dynamodb.models import dynamodb_backends
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from infra.local import corrections
from infra.local.dynamodb.tables import Schema, Stream, Table
from infra.local.model import ACCOUNT

_tables: WeakKeyDictionary[described.Table, Table] = WeakKeyDictionary()
"""What is in moto's tables. They go with moto's: put aside, taken up and forgotten."""


def find_table(region: str, name_or_arn: str) -> Table | None:
    """A table's items by its name or ARN; None for a table that was never made."""
    made = dynamodb_backends[ACCOUNT][region].tables.get(name_or_arn.rpartition("/")[2])
    if made is None:
        return None
    if made not in _tables:
        _tables[made] = _as_described(made)
    return _tables[made]


def table(region: str, name_or_arn: str) -> Table:
    """A table's items by its name or ARN. Raises LookupError."""
    found = find_table(region, name_or_arn)
    if found is None:
        raise LookupError(f"There is no table {name_or_arn}")
    return found


def _as_described(made: described.Table) -> Table:
    indexes = [_schema(each.schema, each.name, each.projection) for each in made.all_indexes()]
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in made.attr}
    told: dict[str, Any] = made.stream_specification or {}
    stream = Stream(told["StreamViewType"]) if told.get("StreamEnabled") else None
    return Table(made.name, [_schema(made.schema), *indexes], types, stream, corrections.now)


def _schema(keys: list[dict[str, str]], index: str | None = None, projection: Any = None) -> Schema:
    names = {key["KeyType"]: key["AttributeName"] for key in keys}
    whole = projection is None or projection["ProjectionType"] == "ALL"
    projected = None if whole else frozenset(projection.get("NonKeyAttributes") or ())
    return Schema(names["HASH"], names.get("RANGE"), index, projected)


def expires_by(region: str, name: str) -> str | None:
    """The attribute that says when a table's items end; None for a table whose items do not."""
    told = dynamodb_backends[ACCOUNT][region].get_table(name).ttl
    return str(told["AttributeName"]) if told.get("TimeToLiveStatus") == "ENABLED" else None


def table_of_stream(region: str, arn: str) -> Table:
    """The table a stream's ARN belongs to."""
    return table(region, arn.split("/")[1])


def stream(found: Table) -> Stream:
    """The table's stream; it has one because the template gives it one."""
    if found.stream is None:
        raise LookupError(f"{found.name} has no stream")
    return found.stream


def sqs(region: str) -> SQSBackend:
    """moto's SQS of this stack's account and region."""
    return sqs_backends[ACCOUNT][region]


def queue(region: str, name_or_arn: str) -> Queue:
    """A queue by name or ARN."""
    return sqs(region).get_queue(name_or_arn.rpartition(":")[2])


def messages(found: Queue) -> list[Message]:
    """Everything in a queue, visible or not."""
    return list(found._messages)  # noqa: SLF001 - `messages` leaves out what is in flight


def purge(found: Queue) -> None:
    """Empty a queue as if nothing had ever been in it."""
    found._messages.clear()  # noqa: SLF001 - moto's own purge remembers receipts
    found.pending_messages.clear()
    found.deleted_messages.clear()


def due_at(message: Message) -> float:
    """When a message can next be received, in seconds on the platform's clock."""
    return max(message.visible_at, message.delayed_until) / 1000


def next_due(found: Queue) -> float | None:
    """When the queue's next waiting message can be received; None for an empty queue."""
    return min((due_at(message) for message in messages(found)), default=None)


def send(region: str, queue_arn: str, body: str) -> None:
    """Put a message into a queue on behalf of the service itself (destinations, dead letters)."""
    sqs(region).send_message(queue_arn.rpartition(":")[2], body)


def dead_letter_queues(region: str) -> list[Queue]:
    """Every queue that another one names in its redrive policy."""
    queues = sqs(region).queues.values()
    targets = [found.dead_letter_queue for found in queues if found.dead_letter_queue is not None]
    return [found for found in queues if any(found is target for target in targets)]


def as_message(message: Message) -> dict[str, Any]:
    """A message as somebody looking at a dead-letter queue wants to see it."""
    return {
        "messageId": message.id,
        "body": message.body,
        "receiveCount": message.approximate_receive_count,
        "sentAt": (message.sent_timestamp or 0) / 1000,
    }
