"""`@consumer` and `@stream_consumer`: functions that queues and the table's stream feed, message by message."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from tandem.aws.marshal import Item, item_from_dynamodb
from tandem.aws.queue import retry_later
from tandem.entry.cold_start import ready
from tandem.observability import count, flush, logger

M = TypeVar("M", bound=BaseModel)


class RetryLater(Exception):
    """This message shall come again in `seconds`, sooner than the queue's visibility timeout would bring it."""

    def __init__(self, seconds: int, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Batch(Generic[M]):
    """A Lambda handler that takes each record on its own and reports those that failed."""

    def __init__(
        self, source: str, one: Callable[[Mapping[str, Any]], None], identify: Callable[[Mapping[str, Any]], str]
    ) -> None:
        self.source = source
        self._one = one
        self._identify = identify

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Process a batch; the answer lists the failures (`ReportBatchItemFailures`)."""
        failures = []
        for record in event["Records"]:
            try:
                self._one(record)
            except RetryLater as wish:
                logger().info("retry later", reason=str(wish), seconds=wish.seconds)
                retry_later(record["eventSourceARN"], record["receiptHandle"], wish.seconds)
                failures.append({"itemIdentifier": self._identify(record)})
            except Exception:  # one bad record must not take the others with it; it comes again, then goes to the DLQ
                logger().exception("record failed", source=self.source)
                count("RecordFailed")
                failures.append({"itemIdentifier": self._identify(record)})
        flush()
        return {"batchItemFailures": failures}


def consumer(queue: str, shape: type[M]) -> Callable[[Callable[[M], None]], Batch[M]]:
    """Feed a function with the messages of a queue, each a JSON object of this shape.

    A function that also wants to know how often a message came takes it from `Delivered`, a base of its shape.
    """

    def decorate(function: Callable[[M], None]) -> Batch[M]:
        def one(record: Mapping[str, Any]) -> None:
            received = int(record["attributes"]["ApproximateReceiveCount"])
            try:
                message = shape.model_validate({"received": received, **json.loads(record["body"])})
            except (ValidationError, TypeError, json.JSONDecodeError):
                logger().error("unreadable message dropped to the dead-letter queue", queue=queue)
                raise
            function(message)

        return ready(Batch(queue, one, lambda record: str(record["messageId"])), uses_table=True)

    return decorate


def stream_consumer(*kinds: str) -> Callable[[Callable[[Item | None, Item], None]], Batch[Any]]:
    """Feed a function with the table's changes to items of these kinds: (the item before or None, the item after)."""

    def decorate(function: Callable[[Item | None, Item], None]) -> Batch[Any]:
        def one(record: Mapping[str, Any]) -> None:
            images = record["dynamodb"]
            old = item_from_dynamodb(images["OldImage"]) if images.get("OldImage") else None
            function(old, item_from_dynamodb(images["NewImage"]))

        return ready(
            Batch(" ".join(kinds), one, lambda record: str(record["dynamodb"]["SequenceNumber"])), uses_table=True
        )

    return decorate
