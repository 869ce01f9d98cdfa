"""Connections of the WebSocket API: routes to functions, and the management endpoint functions send through."""

import base64
import json
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local import websocket_events
from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.invocation import Outcome
from infra.local.model import WebSocketApi
from infra.local.websocket_events import Client

MAX_MESSAGE = 128 * 1024
GOING_AWAY = 1001
CALLS = "/ws/calls/"


@dataclass
class Line:
    """A connection and the two things one can do to it."""

    client: Client
    send: Callable[[str], None]
    close: Callable[[int, str], None]


class Hub:
    """All connections to one WebSocket API, whatever carries them: a socket, or a test."""

    def __init__(self, api: WebSocketApi, call: Callable[[str, Any], Outcome], now: Callable[[], float]) -> None:
        self.api = api
        self._call = call
        self._now = now
        self._lock = threading.Lock()
        self._lines: dict[str, Line] = {}

    def open(
        self,
        headers: Sequence[tuple[str, str]],
        query: Sequence[tuple[str, str]],
        source_ip: str = "127.0.0.1",
        path: str = "/ws",
    ) -> tuple[int, Client]:
        """$connect: the handshake's status, 101 where the function let it through, and who would be connected."""
        identifier = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode()[:15] + "="
        asked = (*query, *named_call(path))
        client = Client(identifier, tuple(headers), asked, source_ip, self._now(), self._now())
        function = self.api.routes.get("$connect")
        if function is None:
            return 101, client
        outcome = self._call(function, websocket_events.connect(self.api, client))
        if outcome.failed:
            return 500, client
        status = outcome.payload.get("statusCode", 200) if isinstance(outcome.payload, Mapping) else 200
        return (101, client) if 200 <= int(status) < 300 else (int(status), client)

    def join(self, client: Client, send: Callable[[str], None], close: Callable[[int, str], None]) -> None:
        """The handshake is done: the connection can be written to."""
        with self._lock:
            self._lines[client.id] = Line(client, send, close)

    def receive(self, client: Client, text: str) -> None:
        """A message from the client."""
        client.last_active = self._now()
        if len(text.encode()) > MAX_MESSAGE:
            self._close(client.id, 1009, "Message too long")
            return
        key = websocket_events.route_key(self.api, text)
        event = websocket_events.message(self.api, client, str(key), text, self._now())
        about = {"connectionId": client.id, "requestId": event["requestContext"]["requestId"]}
        if key is None:
            self._say(client.id, {"message": "Forbidden", **about})
            return
        outcome = self._call(self.api.routes[key], event)
        if outcome.failed:
            self._say(client.id, {"message": "Internal server error", **about})
        elif key in self.api.answering and isinstance(outcome.payload, Mapping) and outcome.payload.get("body"):
            self._send(client.id, str(outcome.payload["body"]))

    def leave(self, client: Client, code: int, reason: str) -> None:
        """The connection is gone: $disconnect, once."""
        with self._lock:
            known = self._lines.pop(client.id, None)
        function = self.api.routes.get("$disconnect")
        if known is not None and function is not None:
            self._call(function, websocket_events.disconnect(self.api, client, code, reason, self._now()))

    def close_all(self) -> None:
        """Hang up on everybody, without telling the functions."""
        with self._lock:
            lines, self._lines = list(self._lines.values()), {}
        for line in lines:
            line.close(GOING_AWAY, "Going away")

    def manage(self, request: AwsRequest) -> Answer:
        """`@connections`: send to, look at or close a connection."""
        line = self._lines.get(request.path.partition("/@connections/")[2])
        if line is None:
            return error(request, "GoneException", "", 410)
        if request.method == "DELETE":
            self._close(line.client.id, 1000, "Connection closed normally")
            return Answer(204, b"", [])
        if request.method == "GET":
            return Answer(200, json.dumps(_described(line.client)).encode(), [("Content-Type", "application/json")])
        if len(request.body) > MAX_MESSAGE:
            return error(request, "PayloadTooLargeException", "Payload too large", 413)
        line.send(request.body.decode("utf-8", "replace"))
        return Answer(200, b"", [])

    def _say(self, identifier: str, values: Mapping[str, Any]) -> None:
        self._send(identifier, websocket_events.as_json(values))

    def _send(self, identifier: str, text: str) -> None:
        line = self._lines.get(identifier)
        if line is not None:
            line.send(text)

    def _close(self, identifier: str, code: int, reason: str) -> None:
        line = self._lines.get(identifier)
        if line is not None:
            line.close(code, reason)


def named_call(path: str) -> tuple[tuple[str, str], ...]:
    """What infra/edge.yaml makes of a path: `/ws/calls/<id>` is the query `call_id=<id>`, since the API knows none."""
    call_id = path.removeprefix(CALLS) if path.startswith(CALLS) else ""
    return (("call_id", call_id),) if call_id else ()


def _described(client: Client) -> dict[str, Any]:
    def stamp(moment: float) -> str:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))

    return {
        "connectedAt": stamp(client.connected_at),
        "lastActiveAt": stamp(client.last_active),
        "identity": {"sourceIp": client.source_ip, "userAgent": client.header("user-agent")},
    }


class Conversation:
    """A client without a socket, for tests: `status` of the handshake, `received` texts, `closed` code."""

    def __init__(self, hub: Hub, headers: Mapping[str, str], query: Mapping[str, str], path: str) -> None:
        self._hub = hub
        self.received: list[str] = []
        self.closed: int | None = None
        self.status, self.client = hub.open(tuple(headers.items()), tuple(query.items()), path=path)
        if self.status == 101:
            hub.join(self.client, self.received.append, self._closed)

    def send(self, text: str) -> None:
        """Say something to the API."""
        self._hub.receive(self.client, text)

    def messages(self) -> list[Any]:
        """What was received, read as JSON."""
        return [json.loads(text) for text in self.received]

    def close(self) -> None:
        """Hang up."""
        self._hub.leave(self.client, 1000, "Connection closed normally")

    def _closed(self, code: int, reason: str) -> None:
        self.closed = code
        self._hub.leave(self.client, code, reason)
