"""A webhook receiver on this machine that checks every signature, for the demonstration and for tests."""

import base64
import hashlib
import hmac
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Received:
    """One request that arrived: its body as JSON, its headers by lower-case name, and whether both signatures hold."""

    body: dict[str, Any]
    headers: dict[str, str]
    genuine: bool


@dataclass
class Receiver:
    """Listens on 127.0.0.1 and keeps what comes. `statuses` are answered in turn, then 200."""

    secret: str = ""
    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks"

    def events(self) -> list[str]:
        """The event types that arrived, in order."""
        return [one.body["event"] for one in self.received]

    def stop(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def accept(self, headers: dict[str, str], body: bytes) -> int:
        """Keep a request; the status to answer."""
        genuine = _is_genuine(self.secret, headers, body)
        self.received.append(Received(json.loads(body), headers, genuine))
        return self.statuses.pop(0) if self.statuses else 200


def _is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Both signatures: `X-Webhook-Signature`, and Standard Webhooks' `webhook-signature`."""
    hexadecimal = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    standard = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return (
        headers.get("x-webhook-signature") == f"sha256={hexadecimal}"
        and f"v1,{standard}" in headers.get("webhook-signature", "").split()
    )


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            status = receiver.accept({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class names it
            """Say nothing."""

    return Handler
