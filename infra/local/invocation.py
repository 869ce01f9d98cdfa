"""Calls a function in this process, with its own environment and credentials, one at a time."""

import importlib
import json
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.environment import refresh, switched
from infra.local.model import Function

MAX_SYNCHRONOUS_PAYLOAD = 6 * 1024 * 1024 + 100
MAX_ASYNCHRONOUS_PAYLOAD = 256 * 1024


@dataclass(frozen=True)
class Outcome:
    """What an invocation answered: a payload, or an error in the service's words."""

    payload: Any = None
    error: dict[str, Any] | None = None

    @property
    def failed(self) -> bool:
        """Whether the function ended in an error."""
        return self.error is not None


class Invoker(Protocol):
    """Runs a function; in this process or in a worker."""

    def invoke(self, function: Function, event: Any) -> Outcome:
        """Call it and wait for the outcome."""

    def stop(self) -> None:
        """End what was started for it."""


@dataclass
class Context:
    """The context object of AWS's Python runtime, as far as handlers use it."""

    function_name: str
    invoked_function_arn: str
    memory_limit_in_mb: str
    log_group_name: str
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"
    log_stream_name: str = "local"
    client_context: None = None
    identity: None = None

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self.deadline - time.monotonic()) * 1000))


class InProcess:
    """Imports handlers here. `environment` answers a function's variables."""

    def __init__(self, environment: Callable[[Function], Mapping[str, str]]) -> None:
        self._environment = environment
        self._lock = threading.RLock()
        self._handlers: dict[str, Callable[[Any, Any], Any]] = {}

    def invoke(self, function: Function, event: Any) -> Outcome:
        """Call the handler as the runtime would: JSON in, JSON out, errors as data."""
        with self._lock:
            try:
                with switched(self._environment(function)):
                    refresh()
                    return self._run(function, event)
            finally:
                refresh()  # another function may be at work: one that ended a connection, of which this one is told

    def stop(self) -> None:
        """Nothing was started."""

    def _run(self, function: Function, event: Any) -> Outcome:
        try:
            handler = self._handler(function)
        except Exception as broken:
            return Outcome(error=described(broken))
        try:
            payload = handler(json.loads(json.dumps(event)), context_for(function))
        except SystemExit as left:
            message = f"RequestId: {uuid.uuid4()} Error: Runtime exited with error: exit status {left.code or 0}"
            return Outcome(error={"errorType": "Runtime.ExitError", "errorMessage": message})
        except Exception as raised:
            return Outcome(error=described(raised))
        return serialised(payload)

    def _handler(self, function: Function) -> Callable[[Any, Any], Any]:
        if function.handler not in self._handlers:
            for path in reversed(function.paths):
                if str(path) not in sys.path:
                    sys.path.insert(0, str(path))
            module = importlib.import_module(function.module)
            self._handlers[function.handler] = getattr(module, function.handler.rpartition(".")[2])
        return self._handlers[function.handler]


def context_for(function: Function) -> Context:
    """The context of one invocation."""
    return Context(
        function_name=function.name,
        invoked_function_arn=function.arn,
        memory_limit_in_mb=str(function.memory),
        log_group_name=function.log_group,
        aws_request_id=str(uuid.uuid4()),
        deadline=time.monotonic() + function.timeout,
    )


def serialised(payload: Any) -> Outcome:
    """The payload as it comes out of JSON, or the runtime's error for what JSON cannot hold."""
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as unfit:
        message = f"Unable to marshal response: {unfit}"
        return Outcome(error={"errorType": "Runtime.MarshalError", "errorMessage": message})
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_SYNCHRONOUS_PAYLOAD:
        message = f"Response payload size ({size} bytes) exceeded maximum allowed payload size (6291556 bytes)."
        return Outcome(error={"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})
    return Outcome(payload=json.loads(text))


def described(raised: BaseException) -> dict[str, Any]:
    """An exception in the shape the runtime reports it."""
    frames = traceback.format_tb(raised.__traceback__)
    return {"errorType": type(raised).__name__, "errorMessage": str(raised), "stackTrace": frames}
