"""Failures on demand: an AWS operation or a carrier that fails, is slow, or does its work and then says nothing."""

import json
import random
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.model import Function
from infra.local.wsgi_server import ConnectionDropped

Kind = Literal["fail", "delay", "drop_answer"]
DEFAULT_ERRORS = {"s3": "InternalError"}
STATUSES = {
    "ConditionalCheckFailedException": 400,
    "ProvisionedThroughputExceededException": 400,
    "ThrottlingException": 400,
    "TransactionConflictException": 400,
    "RequestLimitExceeded": 400,
    "SlowDown": 503,
}


class InvalidFault(Exception):
    """A fault that does not say what it breaks, or how."""


@dataclass
class Fault:
    """What breaks. Either `service` (AWS) or `carrier` is set; `operation` may be `*`; `times` counts down."""

    kind: Kind
    operation: str = "*"
    service: str | None = None
    carrier: str | None = None
    function: str | None = None
    rate: float = 1.0
    times: int | None = None
    delay_seconds: float = 0.0
    error: str | None = None


def parse(values: Mapping[str, Any]) -> Fault:
    """A fault from JSON; says what is wrong with it."""
    unknown = set(values) - set(Fault.__dataclass_fields__)
    if unknown:
        raise InvalidFault(f"unknown: {', '.join(sorted(unknown))}")
    if values.get("kind") not in get_args(Kind):
        raise InvalidFault(f"kind is one of {', '.join(get_args(Kind))}")
    if bool(values.get("service")) == bool(values.get("carrier")):
        raise InvalidFault("either service or carrier")
    try:
        rate, delay = float(values.get("rate", 1.0)), float(values.get("delay_seconds", 0.0))
        times = None if values.get("times") is None else int(values["times"])
    except (TypeError, ValueError) as wrong:
        raise InvalidFault("rate, times and delay_seconds are numbers") from wrong
    if not 0 <= rate <= 1 or not 0 <= delay <= 60:
        raise InvalidFault("rate is between 0 and 1, delay_seconds between 0 and 60")
    return Fault(**{**values, "kind": cast(Kind, values["kind"]), "rate": rate, "delay_seconds": delay, "times": times})


class Faults:
    """The faults in force. Carrier faults are also written to a file, for the carrier that runs inside functions."""

    def __init__(self, path: Path, seed: int = 1) -> None:
        self._path = path
        self._seed = seed
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Nothing is broken; the dice start again, so that a run repeats."""
        with self._lock:
            self._faults: list[Fault] = []
            self._random = random.Random(self._seed)  # noqa: S311 - repeatable, not secret
            self._write()

    def add(self, values: Mapping[str, Any]) -> Fault:
        """Break something more."""
        fault = parse(values)
        with self._lock:
            self._faults.append(fault)
            self._write()
        return fault

    def active(self) -> list[dict[str, Any]]:
        """What is broken, as JSON."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def carrier(self, name: str, operation: str) -> Fault | None:
        """The fault that hits this request to a carrier, if one does; counts it."""
        with self._lock:
            return self._hit(lambda one: one.carrier in (name, "*") and one.operation in (operation, "*"))

    def guard(self, request: AwsRequest, caller: Function | None) -> Answer | None:
        """Before a request is served: fail it, or make it wait. Only functions' requests are hit."""
        fault = self._take(request, caller, ("fail", "delay"))
        if fault is None:
            return None
        if fault.delay_seconds or fault.kind == "delay":
            time.sleep(fault.delay_seconds)
        if fault.kind == "delay":
            return None
        code = fault.error or DEFAULT_ERRORS.get(request.service, "InternalServerError")
        return error(request, code, "A fault was asked for", STATUSES.get(code, 500))

    def review(self, request: AwsRequest, caller: Function | None, answer: Answer) -> Answer:
        """After a request was served: lose its answer."""
        fault = self._take(request, caller, ("drop_answer",))
        if fault is None:
            return answer
        if fault.delay_seconds:
            time.sleep(fault.delay_seconds)
        raise ConnectionDropped

    def _take(self, request: AwsRequest, caller: Function | None, kinds: tuple[Kind, ...]) -> Fault | None:
        if caller is None or not self._faults:
            return None
        names = (None, caller.logical_id, caller.name)
        with self._lock:
            return self._hit(
                lambda one: (
                    one.kind in kinds
                    and one.service == request.service
                    and one.operation in (request.operation, "*")
                    and one.function in names
                )
            )

    def _hit(self, matches: Any) -> Fault | None:
        for fault in self._faults:
            if not matches(fault) or fault.times == 0 or self._random.random() >= fault.rate:
                continue
            if fault.times is not None:
                fault.times -= 1
                self._write()
            return fault
        return None

    def _write(self) -> None:
        carriers = [asdict(fault) for fault in self._faults if fault.carrier is not None and fault.times != 0]
        if carriers or self._path.exists():
            temporary = self._path.with_suffix(".new")
            temporary.write_text(json.dumps(carriers))
            temporary.replace(self._path)
