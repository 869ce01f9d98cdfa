"""Puts right what moto gets wrong where it hurts; each correction is one function with a test of its own.

They replace attributes of moto's classes for the life of this process, once, and are exact about moto 5.2.
"""

import functools
import sys
import time
from collections import UserDict
from collections.abc import Callable
from types import ModuleType
from typing import Any

import moto.core.responses
import moto.sqs.models
from moto.core.common_models import BaseModel
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.sqs.models import Queue

from infra.local.clock import Clock

_clock: Clock | None = None
_installed = False


def install(clock: Clock | None) -> Clock | None:
    """Apply every correction; moto's time is this clock's from now on. Answers the clock it followed before."""
    global _clock, _installed
    before, _clock = _clock, clock
    if _installed:
        return before
    _installed = True
    _leave_ec2_alone()
    _remember_only_what_must_be_closed()
    _follow_the_clock()
    _find_names_once()
    _count_messages_when_asked()
    return before


def now() -> float:
    """The present of the clock that moto follows."""
    return _clock.now() if _clock is not None else time.time()


def _leave_ec2_alone() -> None:
    """moto's SSM imports the whole of EC2, a second's work, for a feature nobody uses here."""
    if "moto.ec2" not in sys.modules:
        stand_in = ModuleType("moto.ec2")
        stand_in.ec2_backends = {}  # type: ignore[attr-defined]
        sys.modules["moto.ec2"] = stand_in


def _remember_only_what_must_be_closed() -> None:
    """moto keeps every item, record and message that ever was, for a page of its own; of S3 it closes what it kept."""

    def made(cls: Any, *_: Any, **__: Any) -> Any:
        instance = object.__new__(cls)
        if hasattr(cls, "dispose"):
            cls.instances_tracked.append(instance)
        return instance

    BaseModel.__new__ = made  # type: ignore[method-assign]


def _follow_the_clock() -> None:
    """Delays and visibility follow the platform's clock."""
    moto.sqs.models.unix_time = lambda dt=None: now()
    moto.sqs.models.unix_time_millis = lambda dt=None: now() * 1000.0


def _find_names_once() -> None:
    """moto inspects a whole class for every request to find the names of its methods, and respells them."""
    respelled = functools.lru_cache(2000)(camelcase_to_underscores)
    moto.core.responses.method_names_from_class = functools.cache(method_names_from_class)
    moto.core.responses.camelcase_to_underscores = moto.sqs.models.camelcase_to_underscores = respelled


def _count_messages_when_asked() -> None:
    """For each message that is sent moto counts all that its queue has, to find that the queue is not FIFO."""
    original: Callable[[Queue], dict[str, Any]] = Queue.__dict__["attributes"].fget

    class Attributes(UserDict[str, Any]):
        def __init__(self, queue: Queue) -> None:
            self.queue = queue

        @functools.cached_property
        def data(self) -> dict[str, Any]:  # type: ignore[override]
            return original(self.queue)

        def get(self, name: str, default: Any = None) -> Any:
            if name in Queue.FIFO_ATTRIBUTES and not self.queue.fifo_queue:
                return default
            return super().get(name, default)

    Queue.attributes = property(Attributes)  # type: ignore[method-assign,assignment]
