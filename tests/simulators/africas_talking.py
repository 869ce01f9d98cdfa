"""Africa's Talking on the wire: its REST API on 127.0.0.1, and the calls that come of it."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.africas_talking_calls import Call, Line, Post, Scenario, post_over_http
from tests.simulators.serving import Answer, Fault, Received, Served


@dataclass(frozen=True)
class Number:
    """A number of the account and where the dashboard sends its callbacks; without a URL no call can be placed."""

    callback_url: str | None
    events_url: str | None = None


@dataclass
class Audio:
    """A recording; the first `failures` requests for it are answered 503."""

    body: bytes
    failures: int = 0
    content_type: str = "audio/mpeg"


@dataclass
class AfricasTalkingSimulator(Served):
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

    software = "akka-http/10.1.15"

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
            self.behind(lambda: Line(call, self.scenarios[to], self.post).play())
        return {"phoneNumber": to, "status": status, "sessionId": call.session_id}

    def answer(self, request: Received) -> Answer:
        """See Served."""
        if request.method == "GET":
            return self._fetched(request)
        self.requests.append(request)
        form, headers = request.fields, request.headers
        if request.path not in _FORMS:
            return Answer(404, "text/plain; charset=UTF-8", b"The requested resource could not be found.")
        if headers.get("apikey") != self.api_key or form.get("username", self.username) != self.username:
            return Answer(
                401,
                "text/plain; charset=UTF-8",
                b"The supplied authentication is invalid",
                {"WWW-Authenticate": 'Basic realm="api",charset=UTF-8'},
            )
        for name in _FORMS[request.path]:
            if name not in form:
                text = f"Request is missing required form field '{name}'"
                return Answer(400, "text/plain; charset=UTF-8", text.encode())
        return self._serve(request)

    def _serve(self, request: Received) -> Answer:
        form = request.fields
        match request.path:
            case "/call":
                return self._call(request, self.faults.pop(0) if self.faults else None)
            case "/queueStatus":
                entries = [
                    {"phoneNumber": form["phoneNumbers"], "queueName": name, "numCalls": waiting}
                    for name, waiting in self.queues.items()
                ]
                return _json(200, {"status": "Success", "errorMessage": "None", "entries": entries})
            case "/mediaUpload":
                text = b"The request has been fulfilled and resulted in a new resource being created."
                return Answer(201, "text/plain; charset=UTF-8", text)
            case "/callTransfer":
                known = form["sessionId"] in self.calls
                result = {"status": "Success" if known else "Aborted", "errorMessage": "None"}
                return _json(200, {"callTransferResponse": result})
            case _:
                return _json(
                    201,
                    {
                        "clientName": form["clientName"],
                        "incoming": True,
                        "lifeTimeSec": form.get("expire", "86400s").removesuffix("s"),
                        "outgoing": True,
                        "token": f"ATCAPtkn_{uuid.uuid4().hex}",
                    },
                )

    def _call(self, request: Received, fault: Fault | None) -> Answer:
        answer = self.place(request.fields) if fault is None or fault.places else {}
        if fault is None:
            if "application/json" not in request.headers.get("accept", ""):
                return Answer(200, "text/xml", b"<CallResponse/>")
            return _json(200, answer)
        return _json(200, answer).spoilt(fault)

    def _fetched(self, request: Received) -> Answer:
        self.fetches.append(request)
        audio = self.recordings.get(request.path.removeprefix("/recordings/"))
        if audio is None:
            return Answer(404, "text/plain; charset=UTF-8", b"The requested resource could not be found.")
        if audio.failures:
            audio.failures -= 1
            return Answer(503, "text/plain; charset=UTF-8", b"The server is currently unavailable.")
        return Answer(200, audio.content_type, audio.body)


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


def _json(status: int, answer: Mapping[str, Any]) -> Answer:
    # Exactly this content type, and no blanks: the official Python client compares it as a whole.
    return Answer(status, "application/json", json.dumps(answer, separators=(",", ":")).encode())
