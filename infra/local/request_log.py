"""Every request to AWS, counted by function, service and operation."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.local.aws_request import AwsRequest

OPERATOR = "-"


@dataclass
class Counted:
    """Requests seen while counting: (function, service, operation) to number. `-` is nobody's function."""

    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def total(self, service: str | None = None, operation: str | None = None, function: str | None = None) -> int:
        """How many requests of functions match; the operator's own never count unless named."""
        return sum(
            number
            for (who, what, how), number in self.counts.items()
            if (who == function if function else who != OPERATOR)
            and (service is None or what == service)
            and (operation is None or how == operation)
        )

    def by_operation(self) -> dict[str, int]:
        """`{"dynamodb:UpdateItem": 1}` over all functions."""
        found: Counter[str] = Counter()
        for (who, service, operation), number in self.counts.items():
            if who != OPERATOR:
                found[f"{service}:{operation}"] += number
        return dict(found)


class RequestLog:
    """Counts for ever, and into any number of counters that are open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all = Counted()
        self._open: list[Counted] = []

    def add(self, request: AwsRequest, function: str | None) -> None:
        """Note one request."""
        with self._lock:
            for counted in (self._all, *self._open):
                counted.counts[(function or OPERATOR, request.service, request.operation)] += 1

    @contextmanager
    def counting(self) -> Iterator[Counted]:
        """Count what happens inside the block."""
        counted = Counted()
        with self._lock:
            self._open.append(counted)
        try:
            yield counted
        finally:
            with self._lock:
                self._open = [one for one in self._open if one is not counted]

    def by_function(self) -> dict[str, dict[str, int]]:
        """`{function: {"dynamodb:PutItem": 3}}`."""
        with self._lock:
            found: dict[str, dict[str, int]] = {}
            for (function, service, operation), number in self._all.counts.items():
                found.setdefault(function, {})[f"{service}:{operation}"] = number
            return found

    def clear(self) -> None:
        """Start again from nothing."""
        with self._lock:
            self._all = Counted()
