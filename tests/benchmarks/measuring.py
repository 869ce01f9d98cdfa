"""Starting handlers in fresh processes, and measuring them: time, memory, instructions, trips."""

import http.client
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.variants import ROOT, Variant

RUN = ROOT / "tests/benchmarks/run_handler.py"
WARM_UP = 30


class HandlerFailed(Exception):
    """A handler did not answer its first request; the message is what it wrote."""


@dataclass(frozen=True)
class Subject:
    """A variant with the request it is measured on."""

    name: str
    variant: Variant
    module: str
    event: Path

    def __hash__(self) -> int:
        return hash(self.name)

    def command(self) -> list[str]:
        """Python without `site`: what is on the path is what the variant brings."""
        return [sys.executable, "-S", "-s", str(RUN), self.module, str(self.event)]

    def environment(self, endpoint: str) -> dict[str, str]:
        """Lambda's environment, with AWS at the stub."""
        return ENVIRONMENT | {
            "PYTHONPATH": os.pathsep.join(map(str, self.variant.path)),
            "AWS_ENDPOINT_URL": endpoint,
            "PATH": os.environ["PATH"],
        }


ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
    "AWS_LAMBDA_LOG_STREAM_NAME": "bench",
    "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
    "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "LAMBDA_TASK_ROOT": "/var/task",
    "_X_AMZN_TRACE_ID": "Root=1-67891233-abcdef012345678912345678;Parent=463ac35c9f6413ad;Sampled=1",
    "STAGE": "dev",
    "TABLE_NAME": "tandem",
    "CARRIER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/sandbox",
    "WEBHOOK_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/webhooks",
    "API_URL": "https://api.example.com",
    "DEFAULT_CARRIER": "sandbox",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
    "PYTHONHASHSEED": "0",
    "LANG": "C.UTF-8",
    "TZ": ":UTC",
}


@dataclass
class Figures:
    """What was measured of one subject, by round: milliseconds, MB, microseconds of processor time per request."""

    cold: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    instructions: int | None = None
    trips: int = 0


@contextmanager
def aws() -> Iterator[str]:
    """The stub's address, while it runs."""
    command = [sys.executable, "-m", "tests.benchmarks.stub"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


def trips(endpoint: str) -> int:
    """How many requests the stub has had."""
    connection = http.client.HTTPConnection(endpoint.removeprefix("http://"))
    connection.request("GET", "/")
    return int(json.loads(connection.getresponse().read()))


@contextmanager
def started(subject: Subject, endpoint: str) -> Iterator[tuple["subprocess.Popen[str]", float]]:
    """A process that has answered its first request, and the milliseconds from its start to that."""
    begun = time.perf_counter()
    with subprocess.Popen(
        subject.command(),
        env=subject.environment(endpoint),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        line = _answered(process)
        spent = (time.perf_counter() - begun) * 1000
        if not line:
            raise HandlerFailed(f"{subject.name}: {process.stderr.read() if process.stderr else ''}")
        try:
            yield process, spent
        finally:
            process.stdin.close()
            process.stdin = None
            process.communicate()


def _answered(process: "subprocess.Popen[str]") -> bool:
    """Read past what the handler logs until the runner says that it answered."""
    assert process.stdout
    return any(line == "answered\n" for line in process.stdout)


def _number(process: "subprocess.Popen[str]") -> float:
    assert process.stdout
    for line in process.stdout:
        if re.fullmatch(r"[0-9.]+\n", line):
            return float(line)
    raise HandlerFailed("the handler's process ended")


def cold_round(subjects: Sequence[Subject], figures: dict[Subject, Figures], endpoint: str) -> None:
    """Each subject once, in a fresh process, in random order."""
    for subject in random.sample(subjects, len(subjects)):
        with started(subject, endpoint) as (process, spent):
            figures[subject].cold.append(spent)
            figures[subject].memory.append(_number(process) / 1024)


def warm_rounds(
    subjects: Sequence[Subject], figures: dict[Subject, Figures], endpoint: str, *, rounds: int, requests: int
) -> None:
    """A process per subject, in turns and random order, so that what disturbs the machine disturbs all."""
    with _all_started(subjects, endpoint) as processes:
        for subject, process in processes.items():
            _ask(process, WARM_UP)
            before = trips(endpoint)
            _ask(process, 1)
            figures[subject].trips = trips(endpoint) - before
        for _ in range(rounds):
            for subject in random.sample(subjects, len(subjects)):
                figures[subject].warm.append(_ask(processes[subject], requests))


@contextmanager
def _all_started(subjects: Sequence[Subject], endpoint: str) -> Iterator[dict[Subject, "subprocess.Popen[str]"]]:
    with ExitStack() as stack:
        processes = {}
        for subject in subjects:
            process, _ = stack.enter_context(started(subject, endpoint))
            _number(process)
            processes[subject] = process
        yield processes


def _ask(process: "subprocess.Popen[str]", requests: int) -> float:
    assert process.stdin
    process.stdin.write(f"{requests}\n")
    process.stdin.flush()
    return _number(process)


def instructions(subjects: Sequence[Subject], figures: dict[Subject, Figures], endpoint: str) -> None:
    """Instructions from the start of Python to the end of the first answer, as many at a time as there are processors.

    They repeat within a fraction of a percent on a machine that does other things as well, unlike the clock.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return
    options = ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    waiting, width = list(subjects), os.cpu_count() or 1
    while waiting:
        batch, waiting = waiting[:width], waiting[width:]
        running = [
            subprocess.Popen(
                [valgrind, *options, *subject.command()],
                env=subject.environment(endpoint),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for subject in batch
        ]
        for subject, process in zip(batch, running, strict=True):
            figures[subject].instructions = _counted(process.communicate()[1])


def _counted(report: str) -> int:
    found: Any = re.search(r"I\s+refs:\s+([0-9,]+)", report)
    if found is None:
        raise HandlerFailed(report[-2000:])
    return int(found[1].replace(",", ""))
