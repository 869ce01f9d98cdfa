"""Twilio on the wire: its REST API on 127.0.0.1, and the calls that come of it."""

import base64
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulators.serving import Answer, Fault, Received, Served, as_json
from tests.simulators.twilio_calls import Call, Line, Post, Scenario, Signer, post_over_http

Form = Mapping[str, list[str]]


@dataclass(frozen=True)
class Number:
    """A number of the account and where its settings send its calls."""

    voice_url: str = ""
    status_url: str | None = None


@dataclass
class Audio:
    """A recording; the first `failures` requests for it find nothing yet. `moved_to`: it lies elsewhere."""

    call_sid: str
    body: bytes
    failures: int = 0
    channels: int = 1
    moved_to: str | None = None


@dataclass
class TwilioSimulator(Served):
    """The carrier. `with TwilioSimulator() as carrier:` serves at `carrier.base_url`.

    Calls it was asked to place wait in `calls` until `play` lets one happen; numbers in `scenarios` are played at
    once, in the background, and `finish` waits for them.
    """

    account_sid: str = "AC" + "a" * 32
    auth_token: str = "token-of-the-simulated-account"
    api_keys: dict[str, str] = field(default_factory=dict)  # sid -> secret
    shared_key: tuple[str, str] = ("SHARED1", "shared-key-of-the-simulated-account")
    numbers: dict[str, Number] = field(default_factory=dict)
    refusals: dict[str, tuple[int, int, str]] = field(default_factory=dict)  # number -> status, code, message
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    audio: bytes = b"RIFF"
    post: Post = post_over_http
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    calls: dict[str, Call] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)  # for the next requests, one each
    recordings: dict[str, Audio] = field(default_factory=dict)
    base_url: str = ""

    software = "TwilioApi"

    def dials(self, reference: str) -> int:
        """How many calls were placed whose voice URL carries this reference."""
        return sum(parse_qs(urlsplit(call.voice_url).query).get("ref") == [reference] for call in self.calls.values())

    def play(self, sid: str, scenario: Scenario | None = None) -> Call:
        """Let a placed call happen, to its end."""
        return Line(self.calls[sid], scenario or Scenario(), self.signer, self.post, self._recorded).play()

    def incoming(self, number: str, caller: str, scenario: Scenario | None = None) -> Call:
        """Somebody calls one of the account's numbers; a browser client is called `client:<name>`."""
        settings = self.numbers[number]
        call = Call(_sid("CA"), self.account_sid, caller, number, "inbound", settings.voice_url, self.now())
        call.status_url = settings.status_url
        self.calls[call.sid] = call
        return self.play(call.sid, scenario)

    @property
    def signer(self) -> Signer:
        """What signs callbacks."""
        return Signer(self.auth_token, *self.shared_key)

    def record(self, body: bytes, *, failures: int = 0, channels: int = 1, moved_to: str | None = None) -> str:
        """Keep audio; its id."""
        sid = _sid("RE")
        self.recordings[sid] = Audio("", body, failures, channels, moved_to)
        return sid

    def _recorded(self, call: Call) -> tuple[str, str]:
        sid = self.record(self.audio)
        self.recordings[sid].call_sid = call.sid
        call.recordings.append(sid)
        return sid, f"{self.base_url}/2010-04-01/Accounts/{self.account_sid}/Recordings/{sid}"

    # What the server asks of it.

    def place(self, form: Form) -> tuple[int, dict[str, Any]]:
        """The answer to a request for a call, the call being placed."""
        if refusal := self._refusal(form):
            return refusal[0], _problem(*refusal)
        to, caller, url = (form[name][0] for name in ("To", "From", "Url"))
        call = Call(_sid("CA"), self.account_sid, caller, to, "outbound-api", url, self.now())
        call.status_url = form.get("StatusCallback", [None])[0]
        call.status_events = form.get("StatusCallbackEvent", ["completed"])
        call.fallback_url = form.get("FallbackUrl", [None])[0]
        call.record = form.get("Record") == ["true"]
        call.recorded_url = form.get("RecordingStatusCallback", [None])[0]
        self.calls[call.sid] = call
        answer = call.resource() | {"date_created": None, "date_updated": None}
        if to in self.scenarios:
            self.behind(lambda: self.play(call.sid, self.scenarios[to]))
        return 201, answer

    def _refusal(self, form: Form) -> tuple[int, int, str] | None:
        for name, code in (("To", 21201), ("From", 21213), ("Url", 21205)):
            if name not in form:
                return 400, code, f"No '{name}' number is specified" if name != "Url" else "Url is not valid"
        to, caller = form["To"][0], form["From"][0]
        if to in self.refusals:
            return self.refusals[to]
        if not re.fullmatch(r"\+[1-9][0-9]{6,14}|client:\w+|sip:.+", to):
            return 400, 21211, f"Invalid 'To' Phone Number: {to}"
        if caller not in self.numbers:
            return 400, 21210, f"'From' phone number not verified: {caller}"
        return None

    def change(self, call: Call, form: Form) -> tuple[int, dict[str, Any]]:
        """The answer to a change of a call."""
        over = call.status not in ("queued", "ringing", "in-progress")
        wanted = form.get("Status", [""])[0]
        if over or (wanted == "canceled" and call.status == "in-progress"):
            return 400, _problem(400, 21220, "Call is not in the expected state")
        if wanted:
            call.status, call.ended_at, call.duration = wanted, self.now(), 0
        if "Url" in form:
            call.redirected_to = form["Url"][0]
        return 200, call.resource()

    def answer(self, request: Received) -> Answer:
        """See Served."""
        self.requests.append(request)
        parts = urlsplit(request.path)
        if parts.path.startswith("/store/"):
            return Answer(200, "audio/mpeg", self.audio)
        if not self._is_authentic(request.headers):
            return _json(401, _problem(401, 20003, "Authenticate"))
        fault = self.faults.pop(0) if self.faults else None
        if fault and not fault.places:
            return Answer(201).spoilt(fault)
        root = f"/2010-04-01/Accounts/{self.account_sid}/"
        path = parts.path.removeprefix(root) if parts.path.startswith(root) else ""
        if media := re.fullmatch(r"Recordings/(RE[0-9a-f]{32})(\.mp3|\.wav)?", path):
            return self._media(media.group(1), request.query)
        answer = _json(*self._resource(request, path))
        return answer.spoilt(fault) if fault else answer

    def _is_authentic(self, headers: Mapping[str, str]) -> bool:
        known = {self.account_sid: self.auth_token, **self.api_keys}
        kind, _, encoded = headers.get("authorization", "").partition(" ")
        user, _, password = base64.b64decode(encoded).decode().partition(":")
        return kind == "Basic" and known.get(user) == password

    def _resource(self, request: Received, path: str) -> tuple[int, dict[str, Any] | None]:
        method = request.method
        nothing = 404, _problem(404, 20404, f"The requested resource {request.path} was not found")
        if path == "Calls.json":
            return self.place(request.form) if method == "POST" else (200, self._listed(request.query))
        if found := re.fullmatch(r"Recordings/(RE[0-9a-f]{32})\.json", path):
            audio = self.recordings.get(found.group(1))
            if audio is None:
                return nothing
            if method == "DELETE":
                del self.recordings[found.group(1)]
                return 204, None
            return 200, _recording(found.group(1), audio)
        if found := re.fullmatch(r"Calls/(CA[0-9a-f]{32})(/Events|/Recordings)?\.json", path):
            call, part = self.calls.get(found.group(1)), found.group(2)
            if call is None:
                return nothing
            if part == "/Events":
                return 200, _page("events", call.events())
            if part == "/Recordings":
                kept = {sid: self.recordings[sid] for sid in call.recordings if sid in self.recordings}
                return 200, _page("recordings", [_recording(sid, audio) for sid, audio in kept.items()])
            return self.change(call, request.form) if method == "POST" else (200, call.resource())
        return nothing

    def _listed(self, query: Form) -> dict[str, Any]:
        calls = sorted(self.calls.values(), key=lambda call: call.created_at, reverse=True)
        for name, value in (("To", "to"), ("From", "from"), ("Status", "status")):
            calls = [call for call in calls if name not in query or call.resource()[value] == query[name][0]]
        size = int(query.get("PageSize", ["50"])[0])
        page = _page("calls", [call.resource() for call in calls[:size]])
        return page | {"next_page_uri": "/2010-04-01/next" if len(calls) > size else None}

    def _media(self, sid: str, query: Form) -> Answer:
        audio = self.recordings.get(sid)
        if audio is None or audio.failures:
            if audio:
                audio.failures -= 1
            return _json(404, _problem(404, 20404, "The requested resource was not found"))
        if int(query.get("RequestedChannels", ["1"])[0]) > audio.channels:
            return _json(400, _problem(400, 21240, "Requested channels are not available"))
        if audio.moved_to is not None:
            return Answer(307, "text/plain", b"", {"Location": audio.moved_to})
        return Answer(200, "audio/mpeg", audio.body)


def _sid(kind: str) -> str:
    return f"{kind}{uuid.uuid4().hex}"


def _problem(status: int, code: int, message: str) -> dict[str, Any]:
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}


def _json(status: int, answer: Mapping[str, Any] | None) -> Answer:
    return as_json(status, answer, "application/json;charset=utf-8")


def _page(name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    uri = "/2010-04-01/page"
    pages = {"first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None, "uri": uri}
    return {name: entries, "page": 0, "page_size": 50, "start": 0, "end": max(0, len(entries) - 1), **pages}


def _recording(sid: str, audio: Audio) -> dict[str, Any]:
    return {"sid": sid, "call_sid": audio.call_sid, "status": "processing" if audio.failures else "completed",
            "channels": audio.channels, "duration": "12", "error_code": None}  # fmt: skip
