"""Africa's Talking on the wire: its REST API on 127.0.0.1, and the calls that come of it."""

import json
import re
import socket
import struct
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from tests.simulators.africas_talking_calls import Call, Line, Post, Scenario, post_over_http


@dataclass(frozen=True)
class Number:
    """A number of the account and where the dashboard sends its callbacks; without a URL no call can be placed."""

    callback_url: str | None
    events_url: str | None = None


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. `places`: a call is placed nevertheless."""

    status: int = 0  # answered instead of 200, with `body`
    body: bytes = b""
    delay: float = 0.0  # seconds before the answer
    reset: bool = False  # the connection is reset instead of an answer
    places: bool = False


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Audio:
    """A recording; the first `failures` requests for it are answered 503."""

    body: bytes
    failures: int = 0
    content_type: str = "audio/mpeg"


@dataclass
class AfricasTalkingSimulator:
    """The carrier. `with AfricasTalkingSimulator() as carrier:` serves at `carrier.base_url`.

    Calls it was asked to place wait in `calls` until `play` lets one happen; numbers in `scenarios` are played at
    once, in the background, and `finish` waits for them.
    """

    username: str = "acme"
    api_key: str = "atsk_simulated"
    numbers: dict[str, Number] = field(default_factory=dict)
    refusals: dict[str, str] = field(default_factory=dict)  # number -> entry status
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    post: Post = post_over_http
    calls: dict[str, Call] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    fetches: list[Received] = field(default_factory=list)  # of recordings
    faults: list[Fault] = field(default_factory=list)  # for the next calls of /call, one each
    recordings: dict[str, Audio] = field(default_factory=dict)
    queues: dict[str, int] = field(default_factory=dict)
    base_url: str = ""

    def __enter__(self) -> "AfricasTalkingSimulator":
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

    def dials(self, client_request_id: str) -> int:
        """How many calls were placed for this reference: more than one is a customer called twice."""
        return sum(call.client_request_id == client_request_id for call in self.calls.values())

    def play(self, session_id: str, scenario: Scenario | None = None) -> Call:
        """Let a placed call happen, to its end."""
        return Line(self.calls[session_id], scenario or Scenario(), self.post).play()

    def incoming(self, number: str, caller: str, scenario: Scenario | None = None) -> Call:
        """Somebody calls one of the account's numbers."""
        return self._inbound(number, caller, None, scenario)

    def browser_call(self, number: str, client: str, dialled: str, scenario: Scenario | None = None) -> Call:
        """A browser client of the account calls; the carrier treats it as inbound on the client's number."""
        return self._inbound(number, f"{self.username}.{client}", dialled, scenario)

    def record(self, body: bytes, *, failures: int = 0, content_type: str = "audio/mpeg") -> str:
        """Keep audio; its URL."""
        name = f"{uuid.uuid4().hex}.mp3"
        self.recordings[name] = Audio(body, failures, content_type)
        return f"{self.base_url}/recordings/{name}"

    def finish(self) -> None:
        """Wait for the calls in the background; raises the first thing that went wrong in one."""
        for thread, errors in self._playing:
            thread.join(timeout=30)
            if errors:
                raise errors[0]

    def _inbound(self, number: str, caller: str, dialled: str | None, scenario: Scenario | None) -> Call:
        settings = self.numbers[number]
        call = Call(_session(), number, caller, "Inbound", settings.callback_url or "", settings.events_url)
        call.client_dialed_number = dialled
        self.calls[call.session_id] = call
        return Line(call, scenario or Scenario(), self.post).play()

    # What the server asks of it.

    def place(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to a well-formed /call, the calls being placed."""
        number = self.numbers.get(form["from"])
        if number is None:
            return {"entries": [], "errorMessage": f"Invalid callerId: {form['from']}"}
        if number.callback_url is None:
            return {"entries": [], "errorMessage": "Invalid callbackUrl: "}
        entries = [self._entry(to, form, number) for to in form["to"].split(",")]
        return {"entries": entries, "errorMessage": "None"}

    def _entry(self, to: str, form: Mapping[str, str], number: Number) -> dict[str, str]:
        valid = re.fullmatch(r"\+\d{1,3}\d{3,}", to) or "@" in to
        status = self.refusals.get(to, "Queued" if valid else "InvalidPhoneNumber")
        if status != "Queued":
            return {"phoneNumber": to, "status": status, "sessionId": "None"}
        call = Call(_session(), form["from"], to, "Outbound", number.callback_url or "", number.events_url)
        call.client_request_id = form.get("clientRequestId")
        self.calls[call.session_id] = call
        if to in self.scenarios:
            self._play_behind(call, self.scenarios[to])
        return {"phoneNumber": to, "status": status, "sessionId": call.session_id}

    def _play_behind(self, call: Call, scenario: Scenario) -> None:
        errors: list[Exception] = []

        def play() -> None:
            try:
                Line(call, scenario, self.post).play()
            except Exception as error:
                errors.append(error)

        thread = threading.Thread(target=play, daemon=True)
        self._playing.append((thread, errors))
        thread.start()

    def wait(self, seconds: float) -> None:
        """Keep a client waiting, but not a test that is over."""
        self._stopped.wait(seconds)


def _session() -> str:
    return f"ATVId_{uuid.uuid4().hex}"


# Fields without which a request is refused.
_FORMS = {
    "/call": ("username", "from", "to"),
    "/queueStatus": ("username", "phoneNumbers"),
    "/mediaUpload": ("username", "url", "phoneNumber"),
    "/callTransfer": ("username", "sessionId", "phoneNumber"),
    "/capability-token/request": ("username", "clientName", "phoneNumber"),
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    simulator: AfricasTalkingSimulator


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        carrier = self.server.simulator
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        form = self._form(body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        carrier.requests.append(Received(self.path, headers, form))
        if self.path not in _FORMS:
            return self._answer(404, "text/plain; charset=UTF-8", b"The requested resource could not be found.")
        if headers.get("apikey") != carrier.api_key or form.get("username", carrier.username) != carrier.username:
            return self._answer(
                401,
                "text/plain; charset=UTF-8",
                b"The supplied authentication is invalid",
                {"WWW-Authenticate": 'Basic realm="api",charset=UTF-8'},
            )
        for name in _FORMS[self.path]:
            if name not in form:
                text = f"Request is missing required form field '{name}'"
                return self._answer(400, "text/plain; charset=UTF-8", text.encode())
        return self._serve(form)

    def _serve(self, form: dict[str, str]) -> None:
        carrier = self.server.simulator
        match self.path:
            case "/call":
                return self._call(form, carrier.faults.pop(0) if carrier.faults else None)
            case "/queueStatus":
                entries = [
                    {"phoneNumber": form["phoneNumbers"], "queueName": name, "numCalls": waiting}
                    for name, waiting in carrier.queues.items()
                ]
                return self._json(200, {"status": "Success", "errorMessage": "None", "entries": entries})
            case "/mediaUpload":
                text = b"The request has been fulfilled and resulted in a new resource being created."
                return self._answer(201, "text/plain; charset=UTF-8", text)
            case "/callTransfer":
                known = form["sessionId"] in carrier.calls
                result = {"status": "Success" if known else "Aborted", "errorMessage": "None"}
                return self._json(200, {"callTransferResponse": result})
            case _:
                return self._json(
                    201,
                    {
                        "clientName": form["clientName"],
                        "incoming": True,
                        "lifeTimeSec": form.get("expire", "86400s").removesuffix("s"),
                        "outgoing": True,
                        "token": f"ATCAPtkn_{uuid.uuid4().hex}",
                    },
                )

    def _call(self, form: dict[str, str], fault: Fault | None) -> None:
        carrier = self.server.simulator
        answer = carrier.place(form) if fault is None or fault.places else {}
        if fault is None:
            if "application/json" not in self.headers.get("Accept", ""):
                return self._answer(200, "text/xml", b"<CallResponse/>")
            return self._json(200, answer)
        carrier.wait(fault.delay)
        if fault.reset:
            # Closing without lingering sends RST: the client learns nothing of what became of its request.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return None
        return self._answer(fault.status or 200, "application/json", fault.body or json.dumps(answer).encode())

    def do_GET(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.simulator.fetches.append(Received(self.path, headers, {}))
        audio = self.server.simulator.recordings.get(self.path.removeprefix("/recordings/"))
        if audio is None:
            return self._answer(404, "text/plain; charset=UTF-8", b"The requested resource could not be found.")
        if audio.failures:
            audio.failures -= 1
            return self._answer(503, "text/plain; charset=UTF-8", b"The server is currently unavailable.")
        return self._answer(200, audio.content_type, audio.body)

    def _form(self, body: bytes) -> dict[str, str]:
        kind = self.headers.get("Content-Type", "").partition(";")[0]
        if kind == "application/json":
            return {name: str(value) for name, value in json.loads(body).items()}
        if kind == "application/x-www-form-urlencoded":
            return dict(parse_qsl(body.decode(), keep_blank_values=True))
        return {}

    def _json(self, status: int, answer: Mapping[str, Any]) -> None:
        # Exactly this content type: the official Python client compares it as a whole.
        self._answer(status, "application/json", json.dumps(answer, separators=(",", ":")).encode())

    def _answer(self, status: int, kind: str, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client did not wait

    def version_string(self) -> str:
        return "akka-http/10.1.15"

    def log_message(self, *args: object) -> None:
        """Nothing: what came is in `requests`."""
