"""Calls functions, at once or as the service does asynchronously: with retries and an on-failure destination."""

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.local import engine
from infra.local.clock import Clock
from infra.local.invocation import Invoker, Outcome
from infra.local.model import Deployment

Listener = Callable[[str, dict[str, Any], Outcome], None]


@dataclass
class Run:
    """When a function ran, in real time, and what the clock's offset was."""

    function: str
    started: float
    ended: float
    offset: float


class Calls:
    """The way from an event to a function. Listeners hear of every call (logs, tests)."""

    def __init__(self, deployment: Deployment, invoker: Invoker, clock: Clock) -> None:
        self._deployment = deployment
        self._invoker = invoker
        self._clock = clock
        self._runs: deque[Run] = deque(maxlen=5000)
        self.listeners: list[Listener] = []

    def now(self, logical_id: str, event: Any) -> Outcome:
        """Invoke and wait."""
        function = self._deployment.functions[logical_id]
        started, offset = time.time(), self._clock.offset
        run = Run(logical_id, started, float("inf"), offset)
        self._runs.append(run)
        outcome = self._invoker.invoke(function, event)
        run.ended = time.time()
        for listener in self.listeners:
            listener(logical_id, event, outcome)
        return outcome

    def offset_at(self, logical_id: str, second: int) -> float | None:
        """The clock's offset in the function's last run that touched this real second; None if there was none."""
        for run in reversed(self._runs):
            if run.function == logical_id and run.started < second + 1 and run.ended >= second:
                return run.offset
        return None

    def asynchronously(self, logical_id: str, event: Any) -> Outcome:
        """Invoke, and again after an error as often as the function's settings say; then tell its destination.

        The service waits one and two minutes between the attempts; here they follow at once.
        """
        function = self._deployment.functions[logical_id]
        outcome = self.now(logical_id, event)
        attempts = 1
        while outcome.failed and attempts <= function.retries:
            outcome = self.now(logical_id, event)
            attempts += 1
        if outcome.failed and function.on_failure is not None:
            body = {
                "version": "1.0",
                "requestContext": {"functionArn": function.arn, "condition": "RetriesExhausted"},
                "requestPayload": event,
                "responsePayload": outcome.error,
            }
            engine.send(self._deployment.region, function.on_failure, json.dumps(body))
        return outcome
