"""The few places where the loops look straight into moto's tables and queues instead of asking over HTTP."""

import copy
from typing import Any

from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from infra.local.model import ACCOUNT


def dynamodb(region: str) -> DynamoDBBackend:
    """moto's DynamoDB of this stack's account and region."""
    return dynamodb_backends[ACCOUNT][region]


def sqs(region: str) -> SQSBackend:
    """moto's SQS of this stack's account and region."""
    return sqs_backends[ACCOUNT][region]


def table(region: str, name: str) -> Table:
    """A table by name."""
    return dynamodb(region).get_table(name)


def table_of_stream(region: str, arn: str) -> Table:
    """The table a stream's ARN belongs to."""
    return table(region, arn.split("/")[1])


def shard(found: Table) -> StreamShard:
    """The table's one shard; it has one because the template gives it a stream."""
    if found.stream_shard is None:
        raise LookupError(f"{found.name} has no stream")
    return found.stream_shard


def repeat(found: Table, item: Item, sort_key: str, **changed: str) -> None:
    """Put an item once more under another sort key, with these texts in it: the stream is told nothing, and what is the
    same is shared, so that there is room for a hundred thousand."""
    one = copy.copy(item)
    one.range_key = DynamoType({"S": sort_key})
    texts = {name: DynamoType({"S": text}) for name, text in changed.items()}
    attributes: Any = {**item.attrs, "sk": one.range_key, **texts}
    one.attrs = attributes
    found.items[item.hash_key][one.range_key] = one


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
