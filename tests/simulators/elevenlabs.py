"""ElevenLabs on the wire: agents, outbound calls and conversations of its API on 127.0.0.1, and its webhooks."""

import json
import re
import socket
import struct
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from tests.simulators.elevenlabs_conversations import (
    Conversation,
    Post,
    Scenario,
    missing,
    post_over_http,
    signed,
    written,
)

Kind = Literal["twilio", "sip_trunk"]
_PATHS: dict[str, Kind] = {
    "/v1/convai/twilio/outbound-call": "twilio",
    "/v1/convai/sip-trunk/outbound-call": "sip_trunk",
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request. `places`: it is carried out nevertheless. `path`: only with this one."""

    status: int = 0  # answered instead, with `body`
    body: bytes = b""
    delay: float = 0.0  # seconds before the answer
    reset: bool = False  # the connection is reset instead of an answer
    places: bool = False
    path: str = ""


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Number:
    """A telephone number that was imported."""

    phone_number: str
    kind: Kind = "twilio"


@dataclass
class ElevenLabsSimulator:
    """The provider. `with ElevenLabsSimulator() as provider:` serves at `provider.base_url`.

    Calls that it was asked to place wait in `conversations` until `play` lets one happen.
    """

    api_key: str = "xi-key-of-the-simulated-account"
    webhook_secret: str = "wsec_of_the_simulated_account"
    webhook_url: str = "http://localhost:3001/api/webhooks/elevenlabs"
    numbers: dict[str, Number] = field(default_factory=dict)  # by phone_number_id
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    conversations: dict[str, Conversation] = field(default_factory=dict)
    refusals: dict[str, tuple[int, Any]] = field(default_factory=dict)  # number -> status, detail
    unsuccessful: dict[str, str] = field(default_factory=dict)  # number -> message of `success: false`
    without_id: set[str] = field(default_factory=set)  # numbers whose conversation_id is answered as null
    audio: bytes = b"ID3"
    audio_failures: int = 0  # requests for audio that find none yet
    post: Post = post_over_http
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    requests: list[Received] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)  # for the next requests, one each
    base_url: str = ""

    def __enter__(self) -> "ElevenLabsSimulator":
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.simulator = self
        self._stopped = threading.Event()
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._serving.start()
        self.base_url = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._serving.join()

    def account(self) -> dict[str, Any]:
        """The account as our parameter has it."""
        numbers = {one.phone_number: {"phone_number_id": name, "kind": one.kind} for name, one in self.numbers.items()}
        secrets = {"api_key": self.api_key, "webhook_secret": self.webhook_secret}
        return {**secrets, "base_url": self.base_url, "numbers": numbers}

    def dials(self, reference: str) -> int:
        """How many calls were placed for this user."""
        return sum(one.user_id == reference for one in self.conversations.values())

    def answer(self, conversation_id: str) -> Conversation:
        """Somebody picks up."""
        conversation = self.conversations[conversation_id]
        conversation.status = "in-progress"
        return conversation

    def play(self, conversation_id: str, scenario: Scenario | None = None) -> Conversation:
        """Let a placed call happen to its end, and tell of it."""
        conversation = self.end(conversation_id, scenario)
        told = [] if conversation.scenario.omit_news else conversation.news(self.now())
        for event in told * (2 if conversation.scenario.duplicates else 1):
            self.send(event, conversation)
        return conversation

    def end(self, conversation_id: str, scenario: Scenario | None = None) -> Conversation:
        """Let a placed call happen to its end."""
        conversation = self.conversations[conversation_id]
        conversation.scenario = scenario or conversation.scenario
        if conversation.error is None:
            conversation.status = "done" if conversation.scenario.end == "done" else "failed"
        else:
            conversation.scenario = replace(conversation.scenario, end="failed")
        return conversation

    def send(self, event: Mapping[str, Any], conversation: Conversation) -> int:
        """Post one webhook; the status of its answer."""
        body = written(event)
        headers = signed(body, self.webhook_secret, self.now(), conversation.scenario.signature)
        return self.post(self.webhook_url, body, headers)

    # What the server asks of it.

    def place(self, kind: Kind, order: Mapping[str, Any]) -> tuple[int, Any]:
        """The answer to a request for a call, the call being placed."""
        absent = [name for name in ("agent_id", "agent_phone_number_id", "to_number") if not order.get(name)]
        if absent:
            return 422, {"detail": [{"loc": ["body", absent[0]], "msg": "Field required", "type": "missing"}]}
        to_number, number = order["to_number"], self.numbers.get(order["agent_phone_number_id"])
        if to_number in self.refusals:
            status, detail = self.refusals[to_number]
            return status, {"detail": detail}
        agent = self.agents.get(order["agent_id"])
        if agent is None or number is None or number.kind != kind:
            what = "agent" if agent is None else "phone_number"
            return 404, _problem("document_not_found", f"Document with id {what} not found.")
        sid_name = "callSid" if kind == "twilio" else "sip_call_id"
        if to_number in self.unsuccessful:
            return 200, {"success": False, "message": self.unsuccessful[to_number], "conversation_id": None,
                         sid_name: None}  # fmt: skip
        conversation = self._conversation(kind, order, number)
        conversation.error = _start_error(agent, conversation.client_data)
        self.conversations[conversation.conversation_id] = conversation
        told_id = None if to_number in self.without_id else conversation.conversation_id
        return 200, {"success": True, "message": "Success", "conversation_id": told_id, sid_name: conversation.call_sid}

    def _conversation(self, kind: Kind, order: Mapping[str, Any], number: Number) -> Conversation:
        return Conversation(
            conversation_id=f"conv_{uuid.uuid4().hex[:24]}",
            agent_id=order["agent_id"],
            kind=kind,
            phone_number_id=order["agent_phone_number_id"],
            from_number=number.phone_number,
            to_number=order["to_number"],
            client_data=order.get("conversation_initiation_client_data") or {},
            started_at=self.now(),
            call_sid=f"CA{uuid.uuid4().hex}",
        )

    def create_agent(self, body: Mapping[str, Any]) -> tuple[int, Any]:
        """The answer to a request for a new agent."""
        if "conversation_config" not in body:
            problem = {"loc": ["body", "conversation_config"], "msg": "Field required", "type": "missing"}
            return 422, {"detail": [problem]}
        agent_id = f"agent_{uuid.uuid4().hex[:26]}"
        self.agents[agent_id] = {"platform_settings": {}, "tags": [], **body, "agent_id": agent_id}
        return 200, {"agent_id": agent_id}

    def wait(self, seconds: float) -> None:
        """Keep a client waiting, but not a test that is over."""
        self._stopped.wait(seconds)


def _start_error(agent: Mapping[str, Any], client_data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Why a conversation cannot begin: an override that the agent does not allow, or a variable that nobody gives."""
    override = client_data.get("conversation_config_override") or {}
    allowed = agent["platform_settings"].get("overrides", {}).get("conversation_config_override", {})
    for section, values in override.items():
        for name in values:
            if allowed.get(section, {}).get(name) is not True:
                return {"code": 1008, "reason": f"Override for field '{name}' is not allowed by config."}
    config = agent["conversation_config"].get("agent", {})
    first = override.get("agent", {}).get("first_message", config.get("first_message", ""))
    texts = [config.get("prompt", {}).get("prompt", ""), first]
    placeholders = config.get("dynamic_variables", {}).get("dynamic_variable_placeholders", {})
    absent = missing(texts, {**placeholders, **client_data.get("dynamic_variables", {})})
    return {"code": 1008, "reason": f"Missing required dynamic variables: {absent}"} if absent else None


def _problem(status: str, message: str) -> dict[str, Any]:
    return {"detail": {"status": status, "message": message}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    simulator: ElevenLabsSimulator


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._serve("POST")

    def do_GET(self) -> None:
        self._serve("GET")

    def do_PATCH(self) -> None:
        self._serve("PATCH")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        provider = self.server.simulator
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = json.loads(raw) if raw else None
        provider.requests.append(Received(method, self.path, headers, body))
        if headers.get("xi-api-key") != provider.api_key:
            return self._json(401, _problem("invalid_api_key", "Invalid API key"))
        fault = next((one for one in provider.faults[:1] if self.path.startswith(one.path)), None)
        if fault:
            provider.faults.remove(fault)
            if not fault.places:
                return self._fail(fault, b"")
        parts = urlsplit(self.path)
        if sound := re.fullmatch(r"/v1/convai/conversations/([\w-]+)/audio", parts.path):
            return self._sound(sound.group(1))
        status, answer = self._resource(method, parts.path, body, parse_qs(parts.query))
        if fault:
            return self._fail(fault, json.dumps(answer).encode())
        return self._json(status, answer)

    def _resource(self, method: str, path: str, body: Any, query: Mapping[str, list[str]]) -> tuple[int, Any]:
        provider = self.server.simulator
        if method == "POST" and path in _PATHS:
            return provider.place(_PATHS[path], body)
        if path == "/v1/convai/agents/create" and method == "POST":
            return provider.create_agent(body)
        if path == "/v1/convai/agents" and method == "GET":
            wanted = query.get("search", [""])[0].lower()
            found = [agent for agent in provider.agents.values() if wanted in str(agent.get("name", "")).lower()]
            shown = [{name: agent.get(name) for name in ("agent_id", "name", "tags")} for agent in found]
            return 200, {"agents": shown, "next_cursor": None, "has_more": False}
        if one := re.fullmatch(r"/v1/convai/agents/([\w-]+)", path):
            return self._agent(method, one.group(1), body)
        if path == "/v1/convai/phone-numbers":
            return 200, [
                {"phone_number": one.phone_number, "label": "", "phone_number_id": name, "provider": one.kind}
                for name, one in provider.numbers.items()
            ]
        if path == "/v1/convai/conversations":
            return 200, self._listed(query)
        if one := re.fullmatch(r"/v1/convai/conversations/([\w-]+)", path):
            return self._conversation(method, one.group(1))
        return 404, _problem("not_found", "Not Found")

    def _agent(self, method: str, agent_id: str, body: Any) -> tuple[int, Any]:
        agent = self.server.simulator.agents.get(agent_id)
        if agent is None:
            return 404, _problem("document_not_found", f"Document with id {agent_id} not found.")
        if method == "PATCH":
            agent |= body
        if method == "DELETE":
            del self.server.simulator.agents[agent_id]
        return 200, agent

    def _listed(self, query: Mapping[str, list[str]]) -> dict[str, Any]:
        found = [one for one in self.server.simulator.conversations.values() if not one.deleted]
        if user := query.get("user_id"):
            found = [one for one in found if one.user_id == user[0]]
        if after := query.get("call_start_after_unix"):
            found = [one for one in found if one.started_at.timestamp() >= int(after[0])]
        size = int(query.get("page_size", ["30"])[0])
        newest = sorted(found, key=lambda one: one.started_at, reverse=True)
        more = len(newest) > size
        listed = [one.listed() for one in newest[:size]]
        return {"conversations": listed, "next_cursor": "more" if more else None, "has_more": more}

    def _conversation(self, method: str, conversation_id: str) -> tuple[int, Any]:
        conversation = self.server.simulator.conversations.get(conversation_id)
        if conversation is None or conversation.deleted:
            return 404, _problem("document_not_found", f"Document with id {conversation_id} not found.")
        if method == "DELETE":
            conversation.deleted = True
            return 200, {}
        return 200, conversation.shown()

    def _sound(self, conversation_id: str) -> None:
        provider = self.server.simulator
        conversation = provider.conversations.get(conversation_id)
        if conversation is None or conversation.deleted or not conversation.shown()["has_audio"]:
            return self._json(404, _problem("document_not_found", "No audio."))
        if provider.audio_failures:
            provider.audio_failures -= 1
            return self._json(404, _problem("missing_conversation_audio", "Not yet."))
        return self._answer(200, "audio/mpeg", provider.audio)

    def _fail(self, fault: Fault, body: bytes) -> None:
        self.server.simulator.wait(fault.delay)
        if fault.reset:
            # Closing without lingering sends RST: the client learns nothing of what became of its request.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return None
        return self._answer(fault.status or 200, "application/json", fault.body or body)

    def _json(self, status: int, answer: Any) -> None:
        self._answer(status, "application/json", json.dumps(answer).encode())

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            self.close_connection = True  # the client did not wait

    def log_message(self, *args: object) -> None:
        """Nothing: what came is in `requests`."""
