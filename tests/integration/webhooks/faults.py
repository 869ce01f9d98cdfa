"""Faults at the wire to AWS: every call can fail before it has an effect, or after."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tandem.aws import clients


class Crash(BaseException):
    """The worker died here. No product code catches it."""


CRASH_BEFORE, CRASH_AFTER, REFUSED, LOST_ANSWER = KINDS = ("crash before", "crash after", "refused", "lost answer")

Choice = Callable[[str], str | None]
"""What shall happen at a step: one of KINDS, or None."""

_OURS = ("tandem/webhooks/", "tandem/events/")


@dataclass
class Faults:
    """Listens to the calls of this process's clients and lets a choice spoil them."""

    choose: Choice | None = None
    steps: Counter[str] = field(default_factory=Counter)
    spoiled: Counter[tuple[str, str]] = field(default_factory=Counter)
    _after: str | None = None

    def install(self) -> None:
        """Begin to listen."""
        for client in (clients.dynamodb(), clients.sqs()):
            name = client.meta.service_model.service_name
            client.meta.events.register(f"before-call.{name}", self._before_call)
            client.meta.events.register(f"after-call.{name}", self._after_call)

    def remove(self) -> None:
        """Listen no more."""
        for client in (clients.dynamodb(), clients.sqs()):
            name = client.meta.service_model.service_name
            client.meta.events.unregister(f"before-call.{name}", self._before_call)
            client.meta.events.unregister(f"after-call.{name}", self._after_call)

    def _before_call(self, model: Any, **_: Any) -> None:
        self._after = None
        if self.choose is None:
            return
        step = f"{_step()}:{model.name}"
        self.steps[step] += 1
        kind = self.choose(step)
        if kind is None:
            return
        self.spoiled[step, kind] += 1
        if kind == CRASH_BEFORE:
            raise Crash
        if kind == REFUSED:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        self._after = kind

    def _after_call(self, **_: Any) -> None:
        kind, self._after = self._after, None
        if kind == CRASH_AFTER:
            raise Crash
        if kind == LOST_ANSWER:
            raise ReadTimeoutError(endpoint_url="https://aws.example")


def _step() -> str:
    """The store's function that is behind a call."""
    frame = sys._getframe(2)
    while frame := frame.f_back:  # type: ignore[assignment]
        path = frame.f_code.co_filename
        if any(part in path for part in _OURS):
            return f"{path.rsplit('/', 1)[1].removesuffix('.py')}.{frame.f_code.co_name}"
    return "outside"
