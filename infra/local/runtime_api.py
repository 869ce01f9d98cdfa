"""Lambda's Runtime API for one worker: four routes on a port of its own, as awslambdaric expects them."""

import json
import queue
import threading
import time
import uuid
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.local.model import Function

VERSION = "/2018-06-01/runtime"


@dataclass
class Job:
    """One event on its way through a worker."""

    event: bytes
    deadline: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    payload: bytes | None = None
    error: dict[str, Any] | None = None


class RuntimeApi:
    """Hands jobs to the worker that polls, and collects what it posts."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.ready = threading.Event()
        self.init_error: dict[str, Any] | None = None
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._current: Job | None = None
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API is set to."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def submit(self, job: Job) -> None:
        """Give the worker something to do."""
        self._jobs.put(job)

    def close(self) -> None:
        """Let go of the port and of a worker that still waits."""
        self._jobs.put(None)
        self._server.shutdown()
        self._server.server_close()

    def next(self) -> Job | None:
        """Block until there is a job."""
        self.ready.set()
        self._current = self._jobs.get()
        return self._current

    def finish(self, job_id: str, payload: bytes | None, error: dict[str, Any] | None) -> bool:
        """The worker's answer; False for a job it does not have."""
        job = self._current
        if job is None or job.id != job_id:
            return False
        job.payload, job.error = payload, error
        job.done.set()
        return True

    def fail_init(self, error: dict[str, Any]) -> None:
        """The worker could not even start."""
        self.init_error = error
        self.ready.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, api: RuntimeApi) -> None:
        self.api = api
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that died in the middle of a request is handled where it is waited for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        job = self.server.api.next()
        if job is None:
            self._send(410, b"{}")
            return
        function = self.server.api.function
        deadline = int((time.time() + job.deadline - time.monotonic()) * 1000)
        headers = {
            "Lambda-Runtime-Aws-Request-Id": job.id,
            "Lambda-Runtime-Deadline-Ms": str(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": function.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]};Sampled=0",
        }
        self._send(200, job.event, headers)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        api, parts = self.server.api, self.path.removeprefix(VERSION).strip("/").split("/")
        if parts == ["init", "error"]:
            api.fail_init(_error(body))
            self._send(202, b'{"status":"OK"}')
        elif len(parts) == 3 and parts[0] == "invocation":
            answered = parts[2] == "response"
            known = api.finish(parts[1], body if answered else None, None if answered else _error(body))
            self._send(202 if known else 400, b'{"status":"OK"}')
        else:
            self._send(404, b"{}")

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Silent."""


def _error(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if isinstance(found, dict):
        return found
    return {"errorType": "Runtime.Unknown", "errorMessage": body.decode("utf-8", "replace")}
