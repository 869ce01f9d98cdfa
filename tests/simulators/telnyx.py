"""Telnyx on the wire: its REST API, version 2, on 127.0.0.1, and the calls that come of it."""

import json
import re
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.simulators.serving import Answer, Fault, Received, Served, as_json
from tests.simulators.telnyx_calls import Call, Line, Post, Scenario, Signer, iso, post_over_http
from tests.simulators.telnyx_commands import Body, Violation, read

SEED = bytes(range(32))
REMEMBERED = timedelta(seconds=60)
"""How long the same command is known for the same."""

_WANT_ANSWER = ("speak", "playback_start", "gather", "gather_using_speak", "gather_using_audio", "record_start",
                "transfer", "enqueue")  # fmt: skip


@dataclass
class Audio:
    """A recording; the first `failures` requests for it find nothing yet."""

    leg_id: str
    body: bytes
    failures: int = 0
    url: str = ""


@dataclass
class TelnyxSimulator(Served):
    """The carrier. `with TelnyxSimulator() as carrier:` serves at `carrier.base_url`.

    Calls it was asked to place wait in `calls` until `play` lets one happen; numbers in `scenarios` are played at
    once, in the background, and `finish` waits for them. Whatever does not follow the specification is in
    `violations`, and fails the next `play`.
    """

    api_key: str = "KEY0123456789ABCDEF_simulated"
    connection_id: str = "2900000000000000001"
    credential_connection_id: str = "2900000000000000002"
    webhook_url: str = ""  # of the Call Control application
    key: Ed25519PrivateKey = field(default_factory=lambda: Ed25519PrivateKey.from_private_bytes(SEED))
    numbers: set[str] = field(default_factory=set)
    refusals: dict[str, tuple[int, str, str]] = field(default_factory=dict)  # number -> status, code, title
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    audio: bytes = b"RIFF"
    post: Post = post_over_http
    silence: float = 0.0
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    calls: dict[str, Call] = field(default_factory=dict)
    requests: list[Received] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)  # for the next requests, one each
    recordings: dict[str, Audio] = field(default_factory=dict)
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    assistants: dict[str, dict[str, Any]] = field(default_factory=dict)
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # by conversation
    violations: list[Violation] = field(default_factory=list)
    base_url: str = ""

    software = "cloudflare"

    @property
    def public_key(self) -> str:
        """What webhooks are checked with, as the portal shows it."""
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return b64encode(raw).decode()

    @property
    def signer(self) -> Signer:
        """What signs webhooks."""
        return Signer(self.key, self.now)

    def account(self, **fields: str) -> dict[str, str]:
        """The account as the product is told of it."""
        return {
            "api_key": self.api_key, "public_key": self.public_key, "connection_id": self.connection_id,
            "credential_connection_id": self.credential_connection_id, "base_url": f"{self.base_url}/v2", **fields,
        }  # fmt: skip

    def dials(self, client_state: str) -> int:
        """How many calls were placed with this state."""
        return sum(call.order.get("client_state") == client_state for call in self.calls.values())

    def play(self, control_id: str, scenario: Scenario | None = None) -> Call:
        """Let a placed call happen, to its end."""
        call = self.calls[control_id]
        Line(call, scenario or Scenario(), self.signer, self.post, self._recorded, self.silence).play()
        if self.violations:
            raise self.violations[0]
        return call

    def incoming(self, number: str, caller: str, scenario: Scenario | None = None) -> Call:
        """Somebody calls one of the account's numbers."""
        call = Call(caller, number, "incoming", self.connection_id, self.webhook_url, self.now())
        self.calls[call.control_id] = call
        return self.play(call.control_id, scenario)

    def record(self, body: bytes, *, leg_id: str = "", failures: int = 0, url: str = "") -> str:
        """Keep audio; its id. `url`: it lies elsewhere."""
        name = str(uuid.uuid4())
        self.recordings[name] = Audio(leg_id, body, failures, url)
        return name

    def _recorded(self, call: Call) -> str:
        return self.record(self.audio, leg_id=call.leg_id)

    def answer(self, request: Received) -> Answer:
        """See Served."""
        self.requests.append(request)
        path = urlsplit(request.path).path
        if found := re.fullmatch(r"/store/([0-9a-f-]{36})\.mp3", path):
            return self._audio(found.group(1), request)
        if request.headers.get("authorization") != f"Bearer {self.api_key}":
            return _problem(401, "10009", "Authentication failed")
        fault = self.faults.pop(0) if self.faults else None
        if fault and not fault.places:
            return as_json(200, {}).spoilt(fault)
        body = json.loads(request.body) if request.body else {}
        try:
            answer = self._resource(request, path.removeprefix("/v2/"), body)
        except Violation as violation:
            self.violations.append(violation)
            answer = _problem(422, "10015", str(violation))
        return answer.spoilt(fault) if fault else answer

    def _resource(self, request: Received, path: str, body: Body) -> Answer:
        method, (kind, *rest) = request.method, path.split("/")
        if kind == "calls":
            return self._calls(method, [unquote(part) for part in rest], body)
        if kind == "call_events":
            return as_json(200, {"data": self._log(request.query), "meta": {}})
        if kind == "recordings":
            return self._recordings(method, rest, request.query)
        if kind == "telephony_credentials":
            return self._credentials(method, rest, request.query, body)
        if kind == "ai":
            return self._assistants(method, rest, request.query, body)
        return _problem(404, "10005", "Resource not found")

    def _calls(self, method: str, rest: list[str], body: Body) -> Answer:
        if not rest:
            return self._place(read("dial", body))
        call = self.calls.get(rest[0])
        if call is None:
            return _problem(422, "90015", "Invalid Call Control ID")
        if method == "GET":
            return as_json(200, {"data": call.resource()})
        return self._command(call, rest[2], read(rest[2], body))

    def _place(self, body: Body) -> Answer:
        to = body["to"]
        if to in self.refusals:
            return _problem(*self.refusals[to])
        if body["connection_id"] != self.connection_id:
            return _problem(422, "10015", "Invalid value for connection_id (Call Control App ID)")
        if body["from"] not in self.numbers:
            return _problem(403, "10010", "Authorization failed")
        call = Call(body["from"], to, "outgoing", self.connection_id, body["webhook_url"], self.now(), order=body)
        call.client_state, call.record = body.get("client_state"), "record" in body
        self.calls[call.control_id] = call
        names = ("record_type", "call_control_id", "call_leg_id", "call_session_id", "is_alive", "client_state")
        answer = {name: value for name, value in call.resource().items() if name in names}
        if to in self.scenarios:
            self.behind(lambda: self.play(call.control_id, self.scenarios[to]))
        return as_json(200, {"data": answer})

    def _command(self, call: Call, action: str, body: Body) -> Answer:
        if call.is_over:
            return _problem(422, "90018", "Call has already ended")
        if call.state != "answered" and action in _WANT_ANSWER:
            return _problem(422, "90034", "Call not answered yet")
        known = call.command_ids.get(str(body.get("command_id")))
        if known is None or self.now() - known > REMEMBERED:
            call.command_ids[str(body.get("command_id"))] = self.now()
            if body.get("to") in self.refusals:
                return _problem(*self.refusals[body["to"]])
            call.take(action, body)
        return as_json(200, {"data": {"result": "ok"}})

    def _log(self, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        asked = {name: values[0] for name, values in query.items()}
        found = []
        began = {"direction": "outgoing", "state": "bridging"}
        told = [call.told or [call.event("call.initiated", call.created_at, began)] for call in self.calls.values()]
        for event in (event for events in told for event in events):
            payload = event["payload"]
            fits = all(
                asked.get(f"filter[{name}]", value) == value
                for name, value in (("leg_id", payload["call_leg_id"]), ("name", event["event_type"]),
                                    ("from", payload.get("from")), ("to", payload.get("to")))
            )  # fmt: skip
            if fits and event["occurred_at"] >= asked.get("filter[occurred_at][gte]", ""):
                metadata = {"attempt": 1, "event": event, "status": "delivered"}
                found.append(
                    {"record_type": "call_event", "type": "webhook", "name": event["event_type"],
                     "call_leg_id": payload["call_leg_id"], "call_session_id": payload["call_session_id"],
                     "event_timestamp": event["occurred_at"], "metadata": metadata}
                )  # fmt: skip
        return found

    def _recordings(self, method: str, rest: list[str], query: Mapping[str, list[str]]) -> Answer:
        if not rest:
            legs = query.get("filter[call_leg_id]", [])
            listed = [self._recording(name) for name, audio in self.recordings.items() if audio.leg_id in legs]
            return as_json(200, {"data": listed, "meta": {}})
        if rest[0] not in self.recordings:
            return _problem(404, "10005", "Resource not found")
        shown = self._recording(rest[0])
        if method == "DELETE":
            del self.recordings[rest[0]]
        return as_json(200, {"data": shown})

    def _recording(self, name: str) -> dict[str, Any]:
        audio = self.recordings[name]
        url = audio.url or f"{self.base_url}/store/{name}.mp3"
        return {"record_type": "recording", "id": name, "call_leg_id": audio.leg_id, "channels": "dual",
                "status": "completed", "duration_millis": 12000, "download_urls": {"mp3": url}}  # fmt: skip

    def _audio(self, name: str, request: Received) -> Answer:
        audio = self.recordings.get(name)
        if "authorization" in request.headers or audio is None:
            return Answer(403, "application/xml", b"<Error><Code>AccessDenied</Code></Error>")
        if audio.failures:
            audio.failures -= 1
            return Answer(503, "application/xml", b"<Error><Code>SlowDown</Code></Error>")
        return Answer(200, "audio/mpeg", audio.body)

    def _credentials(self, method: str, rest: list[str], query: Mapping[str, list[str]], body: Body) -> Answer:
        if not rest and method == "GET":
            name = query["filter[name]"][0]
            return as_json(200, {"data": [one for one in self.credentials.values() if one["name"] == name]})
        if not rest:
            if body["connection_id"] != self.credential_connection_id:
                return _problem(422, "10015", "Invalid value for connection_id")
            name = str(uuid.uuid4())
            made = {"record_type": "credential", "id": name, "resource_id": f"connection:{body['connection_id']}",
                    "name": body["name"], "sip_username": f"gencred{uuid.uuid4().hex}", "sip_password": "never ours",
                    "expired": False, "expires_at": body["expires_at"], "created_at": iso(self.now())}  # fmt: skip
            self.credentials[name] = made
            return as_json(201, {"data": made})
        credential = self.credentials.get(rest[0])
        if credential is None:
            return _problem(404, "10005", "Resource not found")
        if rest[1:] == ["token"]:
            return Answer(201, "text/plain; charset=utf-8", self._token(credential).encode())
        credential.update(body)
        return as_json(200, {"data": credential})

    def _token(self, credential: Mapping[str, Any]) -> str:
        ends = min(datetime.fromisoformat(credential["expires_at"]), self.now() + timedelta(hours=24))
        claims = {"sub": credential["sip_username"], "exp": int(ends.timestamp()), "typ": "access"}
        parts = ({"alg": "HS512", "typ": "JWT"}, claims)
        written = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
        return ".".join([*written, "c2lnbmF0dXJl"])

    def _assistants(self, method: str, rest: list[str], query: Mapping[str, list[str]], body: Body) -> Answer:
        match (method, rest):
            case ("GET", ["assistants"]):
                return as_json(200, {"data": list(self.assistants.values())})
            case ("POST", ["assistants"]):
                name = f"assistant-{uuid.uuid4()}"
                self.assistants[name] = {"id": name, "created_at": iso(self.now()), **body}
                return as_json(200, self.assistants[name])
            case ("GET", ["conversations", name, "messages"]) if name in self.messages:
                size, number = (int(query[f"page[{part}]"][0]) for part in ("size", "number"))
                page = self.messages[name][size * (number - 1) : size * number]
                return as_json(200, {"data": page, "meta": {"page_number": number, "page_size": size}})
        return _problem(404, "10005", "Resource not found")


def _problem(status: int, code: str, title: str) -> Answer:
    return as_json(status, {"errors": [{"code": code, "title": title, "detail": title}]})
