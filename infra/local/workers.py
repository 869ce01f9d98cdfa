"""Runs functions in processes of their own, through AWS's runtime client: a pool per function, started when needed."""

import json
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.local.invocation import MAX_SYNCHRONOUS_PAYLOAD, Outcome
from infra.local.model import Function
from infra.local.runtime_api import Job, RuntimeApi

IDLE_SECONDS = 60.0
INIT_SECONDS = 10.0
POLL = 0.02


class Worker:
    """One execution environment."""

    def __init__(self, function: Function, variables: Mapping[str, str], log: Path) -> None:
        self.function = function
        self.api = RuntimeApi(function)
        self.last_used = time.monotonic()
        path = os.pathsep.join(str(one) for one in (*function.paths, *_given_path()))
        environment = {**variables, "AWS_LAMBDA_RUNTIME_API": self.api.address, "PYTHONPATH": path}
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - this interpreter, AWS's client, a handler of the template
                [sys.executable, "-m", "awslambdaric", function.handler],
                env={**environment, "PYTHONUNBUFFERED": "1"},
                cwd=function.paths[0],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in a terminal is meant for the stack; it ends its workers itself.
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self.process.poll() is None

    def start(self) -> Outcome | None:
        """Wait until it asks for work; answers the init error if it never does."""
        deadline = time.monotonic() + INIT_SECONDS
        while not self.api.ready.wait(POLL):
            if not self.alive or time.monotonic() > deadline:
                self.stop()
                return Outcome(error=self._exit_error("init"))
        if self.api.init_error is not None:
            self.stop()
            return Outcome(error=self.api.init_error)
        return None

    def run(self, event: bytes) -> Outcome:
        """One invocation; a worker that timed out or died is of no further use."""
        job = Job(event, time.monotonic() + self.function.timeout)
        self.api.submit(job)
        while not job.done.wait(POLL):
            if not self.alive:
                if job.done.wait(POLL):
                    break
                self.stop()
                return Outcome(error=self._exit_error(job.id))
            if time.monotonic() > job.deadline:
                self.stop()
                message = f"RequestId: {job.id} Error: Task timed out after {self.function.timeout:.2f} seconds"
                return Outcome(error={"errorType": "Sandbox.Timedout", "errorMessage": message})
        self.last_used = time.monotonic()
        if job.error is not None:
            return Outcome(error=job.error)
        return _outcome(job.payload or b"null")

    def stop(self) -> None:
        """End the process and its port."""
        if self.alive:
            self.process.kill()
        self.process.wait()
        self.api.close()

    def _exit_error(self, request_id: str) -> dict[str, Any]:
        status = self.process.poll()
        reason = f"exited with error: exit status {status}" if status else "exited without providing a reason"
        if status is not None and status < 0:
            reason = f"exited with error: signal: {-status}"
        return {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: Runtime {reason}"}


class Workers:
    """All workers of a stack; at most `cap` for one function at a time."""

    def __init__(self, environment: Callable[[Function], Mapping[str, str]], logs: Path, cap: int = 4) -> None:
        self._environment = environment
        self._logs = logs
        for old in logs.glob("*.log"):
            old.unlink()
        self._cap = cap
        self._idle: dict[str, list[Worker]] = defaultdict(list)
        self._count: dict[str, int] = defaultdict(int)
        self._condition = threading.Condition()
        self._stopping = False
        self._reaper = threading.Thread(target=self._reap, name="reaper", daemon=True)
        self._reaper.start()

    def invoke(self, function: Function, event: Any) -> Outcome:
        """Run on an idle worker, on a new one, or wait for one where the cap is reached."""
        payload = json.dumps(event).encode()
        worker, fresh = self._borrow(function)
        if fresh:
            worker, failed = self._begin(function)
            if failed is not None:
                return failed
        if worker is None:
            return Outcome(error={"errorType": "Stack.Stopped", "errorMessage": "The stack is stopping"})
        outcome = Outcome(error={"errorType": "Stack.Broken", "errorMessage": "The worker could not be used"})
        try:
            outcome = worker.run(payload)
        finally:
            self._give_back(worker)
        return outcome

    def stop(self) -> None:
        """End every worker."""
        with self._condition:
            self._stopping = True
            workers = [worker for idle in self._idle.values() for worker in idle]
            self._idle.clear()
            self._condition.notify_all()
        for worker in workers:
            worker.stop()

    def _borrow(self, function: Function) -> tuple[Worker | None, bool]:
        name = function.logical_id
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or self._idle[name] or self._count[name] < self._cap)
            if self._stopping:
                return None, False
            while self._idle[name]:
                worker = self._idle[name].pop()
                if worker.alive:
                    return worker, False
                worker.stop()
                self._count[name] -= 1
            self._count[name] += 1
            return None, True

    def _begin(self, function: Function) -> tuple[Worker | None, Outcome | None]:
        try:
            worker = Worker(function, self._environment(function), self._logs / f"{function.logical_id}.log")
            failed = worker.start()
        except BaseException:
            self._forget(function)
            raise
        if failed is not None:
            self._forget(function)
        return worker, failed

    def _forget(self, function: Function) -> None:
        with self._condition:
            self._count[function.logical_id] -= 1
            self._condition.notify_all()

    def _give_back(self, worker: Worker) -> None:
        name = worker.function.logical_id
        with self._condition:
            if worker.alive and not self._stopping:
                self._idle[name].append(worker)
            else:
                self._count[name] -= 1
            self._condition.notify_all()
        if self._stopping and worker.alive:
            worker.stop()

    def _reap(self) -> None:
        while not self._stopping:
            with self._condition:
                self._condition.wait(IDLE_SECONDS / 4)
                old = time.monotonic() - IDLE_SECONDS
                done = [worker for idle in self._idle.values() for worker in idle if worker.last_used < old]
                for worker in done:
                    self._idle[worker.function.logical_id].remove(worker)
                    self._count[worker.function.logical_id] -= 1
            for worker in done:
                worker.stop()


def _outcome(payload: bytes) -> Outcome:
    if len(payload) > MAX_SYNCHRONOUS_PAYLOAD:
        message = f"Response payload size ({len(payload)} bytes) exceeded maximum allowed payload size (6291556 bytes)."
        return Outcome(error={"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message})
    return Outcome(payload=json.loads(payload))


def _given_path() -> tuple[str, ...]:
    given = os.environ.get("PYTHONPATH")
    return (given,) if given else ()
