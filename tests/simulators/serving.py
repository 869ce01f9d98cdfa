"""A carrier's REST API on 127.0.0.1: what the server of every simulator is made of."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. `places`: it is done nevertheless."""

    status: int = 0  # answered instead, with `body`
    body: bytes = b""
    delay: float = 0.0  # seconds before the answer
    reset: bool = False  # the connection is reset instead of an answer
    places: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it came; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """The media type of its body."""
        return self.headers.get("content-type", "").partition(";")[0]

    @cached_property
    def form(self) -> dict[str, list[str]]:
        """The fields of a form, each with all its values."""
        is_form = self.kind == "application/x-www-form-urlencoded"
        return parse_qs(self.body.decode(), keep_blank_values=True) if is_form else {}

    @cached_property
    def fields(self) -> dict[str, str]:
        """The fields of a form or a JSON object, each with one value."""
        if self.kind == "application/json":
            return {name: str(value) for name, value in json.loads(self.body).items()}
        return {name: values[-1] for name, values in self.form.items()}

    @property
    def query(self) -> dict[str, list[str]]:
        """What stands behind the path."""
        return parse_qs(urlsplit(self.path).query)


@dataclass(frozen=True)
class Answer:
    """What a request is answered, after `delay` seconds; with `reset` nothing is, and the connection breaks."""

    status: int
    kind: str = "application/json"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    reset: bool = False

    def spoilt(self, fault: Fault) -> "Answer":
        """The same with what goes wrong."""
        return replace(
            self,
            status=fault.status or self.status,
            body=fault.body or self.body,
            delay=fault.delay,
            reset=fault.reset,
        )


class Served:
    """A simulated carrier, served while its context lasts at `base_url`. It says what it answers."""

    software = "simulated"
    base_url: str

    def answer(self, request: Received) -> Answer:
        """The answer to a request."""
        raise LookupError(request.path)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.simulator = self
        self._stopped = threading.Event()
        self._playing: list[tuple[threading.Thread, list[Exception]]] = []
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._serving.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._serving.join()

    def behind(self, play: Callable[[], object]) -> None:
        """Do something in the background; `finish` waits for it."""
        errors: list[Exception] = []

        def attempt() -> None:
            try:
                play()
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=attempt, daemon=True)
        self._playing.append((thread, errors))
        thread.start()

    def finish(self) -> None:
        """Wait for what goes on in the background; raises the first thing that went wrong there."""
        for thread, errors in self._playing:
            thread.join(timeout=30)
            if errors:
                raise errors[0]

    def wait(self, seconds: float) -> None:
        """Keep a client waiting, but not a test that is over."""
        self._stopped.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    simulator: Served


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.simulator.answer(Received(self.command, self.path, headers, body))
        self.server.simulator.wait(answer.delay)
        if answer.reset:
            # Closing without lingering sends RST: the client learns nothing of what became of its request.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        else:
            self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(answer.body)
        except OSError:
            self.close_connection = True  # the client did not wait

    def version_string(self) -> str:
        return self.server.simulator.software

    def log_message(self, *args: object) -> None:
        """Nothing: simulators keep what they were asked."""


def as_json(status: int, answer: Any, kind: str = "application/json") -> Answer:
    """An answer in JSON; of None, without a body."""
    return Answer(status, kind, b"" if answer is None else json.dumps(answer).encode())
