"""Coverage follows the product, not what is around it: nothing is told of that, and tracing takes as long as running.

In an integration test the product is at work where a function is invoked and where a test calls it as the operator;
within a request to AWS it waits.
"""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

from infra.local import invocation, workspaces
from infra.local.environment import switched

_kept: Any = None
"""The first thread's tracer, while nothing is traced there. Other threads are followed all the time: Python refuses to
install a tracer while another thread installs one."""


def follow_the_product() -> None:
    """From now on, a function and the operator are traced wherever they are at work, but for their requests to AWS."""
    original = BaseClient._make_api_call

    def make_api_call(self: BaseClient, operation_name: str, arguments: dict[str, Any]) -> Any:
        with untraced():
            return original(self, operation_name, arguments)

    BaseClient._make_api_call = make_api_call
    invocation.switched = workspaces.switched = _at_work


@contextmanager
def untraced() -> Iterator[None]:
    """Within, nothing is traced in the first thread but the product at work."""
    global _kept
    if sys.gettrace() is None or threading.current_thread() is not threading.main_thread():
        yield
        return
    _kept = sys.gettrace()
    resume(None)
    try:
        yield
    finally:
        tracer, _kept = _kept, None
        resume(tracer)


@contextmanager
def _at_work(values: Mapping[str, str]) -> Iterator[None]:
    global _kept
    with switched(values):
        if _kept is None or threading.current_thread() is not threading.main_thread():
            yield
            return
        tracer, _kept = _kept, None
        resume(tracer)
        try:
            yield
        finally:
            resume(None)
            _kept = tracer


def resume(tracer: Any) -> None:
    """Let this tracer, or none, follow what comes."""
    while sys.gettrace() is not tracer:
        try:
            sys.settrace(tracer)
        except RuntimeError:  # another thread is at it
            continue
    _told()


def _told() -> None:
    """A tracer in C takes over at a call; it must have, before the frame that it knows returns."""
