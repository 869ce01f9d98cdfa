"""Polls a queue for a function: batches, partial failures, visibility and, through it, dead letters."""

import base64
import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from moto.sqs.models import Message

from infra.local import engine
from infra.local.filters import passes
from infra.local.invocation import Outcome
from infra.local.model import EventSource

Call = Callable[[str, dict[str, Any]], Outcome]


class QueuePoller:
    """One event source mapping of a queue."""

    def __init__(self, source: EventSource, region: str, call: Call, now: Callable[[], float]) -> None:
        self.source = source
        self._region = region
        self._call = call
        self._now = now
        # Several threads may poll one queue; moto's receive is not made for that.
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The queue polled."""
        return self.source.source.rpartition(":")[2]

    def next_due(self) -> float | None:
        """When the next message becomes visible, on the platform's clock."""
        return engine.next_due(engine.queue(self._region, self.name))

    def take(self) -> tuple[list[Message], bool]:
        """Receive a batch, and whether anything happened: a receive may only bury messages in the dead-letter queue.

        What the filter refuses is deleted, as the service does.
        """
        backend = engine.sqs(self._region)
        with self._lock:
            queue = backend.get_queue(self.name)
            due = engine.next_due(queue)
            if due is None or due > self._now():
                return [], False
            before = len(engine.messages(queue))
            visibility = int(vars(queue)["visibility_timeout"])
            messages = backend.receive_message(self.name, self.source.batch_size, 0, visibility, ["All"])
            wanted = []
            for message in messages:
                if passes(self.source.filters, self._filterable(message)):
                    wanted.append(message)
                else:
                    self._delete(message)
            return wanted, bool(messages) or len(engine.messages(queue)) != before

    def run(self, messages: list[Message]) -> None:
        """Invoke the function with a batch and delete what succeeded."""
        outcome = self._call(self.source.function, {"Records": [self._record(message) for message in messages]})
        failed = failed_messages(outcome, [message.id for message in messages], partial=self.source.partial)
        for message in messages:
            if message.id not in failed:
                self._delete(message)

    def step(self) -> bool:
        """Take and run one batch; False when nothing was due."""
        messages, progressed = self.take()
        if messages:
            self.run(messages)
        return progressed

    def _delete(self, message: Message) -> None:
        engine.sqs(self._region).delete_message(self.name, str(message.receipt_handle))

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": message.id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": str(message.approximate_receive_count),
                "SentTimestamp": str(message.sent_timestamp),
                "SenderId": message.sender_id,
                "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
                **({"MessageGroupId": message.group_id} if message.group_id else {}),
            },
            "messageAttributes": {name: _attribute(value) for name, value in message.message_attributes.items()},
            "md5OfBody": message.body_md5,
            "eventSource": "aws:sqs",
            "eventSourceARN": self.source.source,
            "awsRegion": self._region,
        }

    def _filterable(self, message: Message) -> dict[str, Any]:
        """For filters a JSON body is looked into."""
        record = self._record(message)
        with suppress(ValueError):
            record["body"] = json.loads(message.body)
        return record


def _attribute(value: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if value.get("StringValue") is not None:
        found["stringValue"] = value["StringValue"]
    if value.get("BinaryValue") is not None:
        raw = value["BinaryValue"]
        found["binaryValue"] = base64.b64encode(raw).decode() if isinstance(raw, bytes) else raw
    return found


def failed_messages(outcome: Outcome, ids: list[str], *, partial: bool) -> set[str]:
    """Which messages come back. An error, or a report the service cannot read, fails the whole batch."""
    if outcome.failed:
        return set(ids)
    if not partial:
        return set()
    reported = reported_failures(outcome.payload)
    if reported is None or not set(reported) <= set(ids):
        return set(ids)
    return set(reported)


def reported_failures(payload: Any) -> list[str] | None:
    """The identifiers in a batch report; None for a report that is malformed."""
    if payload is None or payload == {} or payload == "":
        return []
    if not isinstance(payload, dict):
        return None
    failures = payload.get("batchItemFailures", [])
    if failures is None:
        return []
    if not isinstance(failures, list):
        return None
    found = []
    for failure in failures:
        identifier = failure.get("itemIdentifier") if isinstance(failure, dict) else None
        if not isinstance(identifier, str) or not identifier:
            return None
        found.append(identifier)
    return found
