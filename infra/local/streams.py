"""Polls a table's stream for a function: order, filters, retries, bisection, on-failure destination."""

import json
import time
from collections.abc import Callable
from typing import Any

from infra.local import engine
from infra.local.dynamodb.tables import FIRST_RECORD, Stream
from infra.local.filters import passes
from infra.local.invocation import Outcome
from infra.local.model import EventSource
from infra.local.queues import reported_failures
from infra.local.stream_records import lambda_record

Call = Callable[[str, dict[str, Any]], Outcome]
# The service retries an unlimited mapping until the records expire; here a settle gives up and comes back later.
ATTEMPTS_PER_TURN = 3
SHARD = "shardId-00000000000000000000-00000000"


class StreamPoller:
    """One event source mapping of a stream, with its position in the one shard."""

    def __init__(self, source: EventSource, region: str, call: Call, now: Callable[[], float]) -> None:
        self.source = source
        self._region = region
        self._call = call
        self._now = now
        self._attempts = 0
        self._size = source.batch_size
        self.rewind()

    def rewind(self) -> None:
        """Start over: at the oldest record or at the end, as the mapping says."""
        end = FIRST_RECORD + len(self._stream().records)
        self.position = end if self.source.starting == "LATEST" else FIRST_RECORD
        self._attempts = 0
        self._size = self.source.batch_size

    def pending(self) -> int:
        """Records not yet handled."""
        return FIRST_RECORD + len(self._stream().records) - self.position

    def step(self) -> bool:
        """Handle one batch; False when there is none, or when it keeps failing for now."""
        if not self.pending():
            return False
        start = self.position - FIRST_RECORD
        told = self._stream().records[start : start + self._size]
        records = [lambda_record(record, self.source.source, self._region) for record in told]
        wanted = [record for record in records if passes(self.source.filters, record)]
        if not wanted:
            self._advance(len(records))
            return True
        outcome = self._call(self.source.function, {"Records": wanted})
        failed_at = self._failed_at(outcome, wanted)
        if failed_at is None:
            self._advance(len(records))
            return True
        return self._failed(wanted, failed_at)

    def _failed_at(self, outcome: Outcome, wanted: list[dict[str, Any]]) -> str | None:
        """The sequence number to go on from, or None for success."""
        first = str(wanted[0]["dynamodb"]["SequenceNumber"])
        if outcome.failed:
            return first
        if not self.source.partial:
            return None
        reported = reported_failures(outcome.payload)
        known = [record["dynamodb"]["SequenceNumber"] for record in wanted]
        if reported is None or not set(reported) <= set(known):
            return first
        return min(reported, key=int) if reported else None

    def _failed(self, wanted: list[dict[str, Any]], failed_at: str) -> bool:
        if failed_at != wanted[0]["dynamodb"]["SequenceNumber"]:
            # Progress: the checkpoint moves to the lowest failure, which is then a first attempt at a new batch.
            self._move_to(int(failed_at))
            return True
        if self.source.bisect and len(wanted) > 1:
            # Halving a batch is not one of its retries.
            self._size = max(1, len(wanted) // 2)
            return True
        self._attempts += 1
        allowed = self.source.retries
        if allowed < 0:
            return self._attempts % ATTEMPTS_PER_TURN != 0
        if self._attempts <= allowed:
            return True
        self._give_up(wanted)
        self._move_to(int(wanted[-1]["dynamodb"]["SequenceNumber"]) + 1)
        return True

    def _give_up(self, wanted: list[dict[str, Any]]) -> None:
        if self.source.on_failure is None:
            return
        first, last = wanted[0]["dynamodb"], wanted[-1]["dynamodb"]
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(self._now()))
        body = {
            "requestContext": {
                "functionArn": self.source.function,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": self._attempts,
            },
            "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
            "version": "1.0",
            "timestamp": stamp,
            "DDBStreamBatchInfo": {
                "shardId": SHARD,
                "startSequenceNumber": first["SequenceNumber"],
                "endSequenceNumber": last["SequenceNumber"],
                "batchSize": len(wanted),
                "streamArn": self.source.source,
            },
        }
        engine.send(self._region, self.source.on_failure, json.dumps(body))

    def _advance(self, records: int) -> None:
        self._move_to(self.position + records)

    def _move_to(self, position: int) -> None:
        self.position = position
        self._attempts = 0
        self._size = self.source.batch_size

    def _stream(self) -> Stream:
        return engine.stream(engine.table_of_stream(self._region, self.source.source))
