"""Drives queues, streams and schedules: drains what is due, moves the clock through the rest, or runs by itself."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from infra.local import ttl
from infra.local.aws_request import AwsRequest
from infra.local.bucket_events import BucketEvents
from infra.local.calls import Calls
from infra.local.clock import Clock
from infra.local.model import Deployment
from infra.local.queues import QueuePoller
from infra.local.schedules import Schedules
from infra.local.streams import StreamPoller

SETTLE_LIMIT = 300.0
# Messages become visible just after their instant, not at it.
JUST_AFTER = 0.002
IDLE = 1.0
TTL_INTERVAL = 60.0
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


class NeverSettles(Exception):
    """Work keeps making work: a function that feeds its own queue, most likely."""


class Gate:
    """Many loops may pass at once, or one conductor alone."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._passing = 0
        self._closed_by: int | None = None
        self._depth = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        """What loops do around each step."""
        with self._condition:
            self._condition.wait_for(lambda: self._closed_by is None)
            self._passing += 1
        try:
            yield
        finally:
            with self._condition:
                self._passing -= 1
                self._condition.notify_all()

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Alone: waits for the steps under way, keeps new ones out; may be nested."""
        me = threading.get_ident()
        with self._condition:
            self._condition.wait_for(lambda: self._closed_by in (None, me))
            self._closed_by = me
            self._depth += 1
            self._condition.wait_for(lambda: self._passing == 0)
        try:
            yield
        finally:
            with self._condition:
                self._depth -= 1
                if self._depth == 0:
                    self._closed_by = None
                self._condition.notify_all()


class Conductor:
    """All event sources of a stack. `parallel` batches of a queue run at the same time."""

    def __init__(self, deployment: Deployment, calls: Calls, clock: Clock, parallel: int) -> None:
        self._deployment = deployment
        self.clock = clock
        self._parallel = parallel
        region = deployment.region
        self.queues = [QueuePoller(one, region, calls.now, clock.now) for one in deployment.sources if one.is_queue]
        self.streams = [
            StreamPoller(one, region, calls.now, clock.now) for one in deployment.sources if not one.is_queue
        ]
        self.schedules = Schedules(deployment.schedules, region, calls, clock.now())
        self.files = BucketEvents(deployment, calls, clock.now)
        self._gate = Gate()
        self._pool = ThreadPoolExecutor(parallel * 4, "batch") if parallel > 1 else None
        self._wake = threading.Condition()
        self._written = 0
        self._stopping = False
        self._threads: list[threading.Thread] = []

    def settle(self) -> None:
        """Return when nothing that is due is left."""
        with self._gate.closed():
            self._drain()

    def advance(self, seconds: float) -> None:
        """Move the clock forward through everything that falls due on the way, in order, each at its own instant."""
        with self._gate.closed():
            target = self.clock.now() + seconds
            self._drain()
            while (due := self._next_due()) is not None and due <= target:
                self.clock.move_to(due)
                self.schedules.run_due(self.clock.now())
                self._drain()
            self.clock.move_to(target)
            ttl.sweep(self._deployment, self.clock.now())
            self._drain()

    def run_schedule(self, name: str) -> Any:
        """Fire one schedule now, by itself."""
        with self._gate.closed():
            return self.schedules.run(name, self.clock.now())

    def rewind(self) -> None:
        """After a reset: streams from their start, schedules from now."""
        with self._gate.closed():
            self.files.clear()
            for stream in self.streams:
                stream.rewind()
            self.schedules.rebase(self.clock.now())

    def watch(self, request: AwsRequest) -> None:
        """Wake the loops when something was written that they may want."""
        self.files.watch(request)
        is_message = request.service == "sqs" and request.operation.startswith(("SendMessage", "ChangeMessage"))
        is_write = request.service == "dynamodb" and request.operation in WRITES
        if is_message or is_write or request.service == "s3":
            self.wake()

    def wake(self) -> None:
        """Let every loop look again."""
        with self._wake:
            self._written += 1
            self._wake.notify_all()

    def start(self) -> None:
        """Let everything run by itself from now on."""
        self._thread("files", self.files.step)
        for stream in self.streams:
            self._thread(f"stream-{stream.source.logical_id}", stream.step)
        for queue in self.queues:
            lanes = min(queue.source.concurrency or self._parallel, self._parallel)
            for lane in range(lanes):
                self._thread(f"queue-{queue.name}-{lane}", queue.step, queue.next_due)
        self._thread("schedules", self._tick, self.schedules.next_due)
        self._thread("ttl", self._sweep, lambda: self.clock.now() + TTL_INTERVAL, TTL_INTERVAL)

    def stop(self) -> None:
        """End the loops after the step they are in."""
        self._stopping = True
        self.wake()
        for thread in self._threads:
            thread.join(5)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)

    def _drain(self) -> None:
        deadline = time.monotonic() + SETTLE_LIMIT
        while self._round():
            if time.monotonic() > deadline:
                raise NeverSettles(f"Still work after {SETTLE_LIMIT:.0f} s")

    def _round(self) -> bool:
        progressed = [self.files.step(), *(stream.step() for stream in self.streams)]
        jobs = []
        for queue in self.queues:
            for _ in range(min(queue.source.concurrency or self._parallel, self._parallel)):
                messages, moved = queue.take()
                progressed.append(moved)
                if not messages:
                    break
                jobs.append((queue, messages))
        if self._pool is None:
            for queue, messages in jobs:
                queue.run(messages)
        else:
            list(self._pool.map(lambda job: job[0].run(job[1]), jobs))
        return any(progressed)

    def _next_due(self) -> float | None:
        found = [self.schedules.next_due(), *(queue.next_due() for queue in self.queues)]
        due = [instant for instant in found if instant is not None]
        return min(due) + JUST_AFTER if due else None

    def _tick(self) -> bool:
        return self.schedules.run_due(self.clock.now()) > 0

    def _sweep(self) -> bool:
        ttl.sweep(self._deployment, self.clock.now())
        return False

    def _wait(self, seen: int, seconds: float) -> None:
        with self._wake:
            self._wake.wait_for(lambda: self._stopping or self._written != seen, seconds)

    def _thread(
        self, name: str, step: Callable[[], bool], due: Callable[[], float | None] | None = None, idle: float = IDLE
    ) -> None:
        def loop() -> None:
            while not self._stopping:
                seen = self._written
                with self._gate.passing():
                    worked = step()
                if worked:
                    continue
                instant = due() if due else None
                wait = idle if instant is None else min(idle, max(0.001, instant - self.clock.now() + JUST_AFTER))
                self._wait(seen, wait)

        thread = threading.Thread(target=loop, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
