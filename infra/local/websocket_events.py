"""The events of a WebSocket API's routes, and which route a message takes."""

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from infra.local.gateway import MONTHS
from infra.local.model import WebSocketApi

SELECTION = "$request.body."


@dataclass
class Client:
    """Who is connected, and since when (platform clock, seconds)."""

    id: str
    headers: Sequence[tuple[str, str]]
    query: Sequence[tuple[str, str]]
    source_ip: str
    connected_at: float
    last_active: float = 0.0
    properties: dict[str, Any] = field(default_factory=dict)

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name), "")


def route_key(api: WebSocketApi, text: str) -> str | None:
    """What the selection expression finds in a message; `$default` where it finds nothing; None without a route."""
    chosen = None
    if api.selection.startswith(SELECTION):
        try:
            value: Any = json.loads(text)
            for name in api.selection.removeprefix(SELECTION).split("."):
                value = value[name]
            chosen = value if isinstance(value, str) else None
        except (ValueError, KeyError, TypeError, RecursionError):
            chosen = None
    if chosen in api.routes and not str(chosen).startswith("$"):
        return chosen
    return "$default" if "$default" in api.routes else None


def connect(api: WebSocketApi, client: Client) -> dict[str, Any]:
    """$connect: headers and query come only here."""
    event = _event(api, client, "$connect", "CONNECT", client.connected_at)
    event["headers"], event["multiValueHeaders"] = _both(client.headers)
    if client.query:
        event["queryStringParameters"], event["multiValueQueryStringParameters"] = _both(client.query)
    return event


def message(api: WebSocketApi, client: Client, key: str, text: str, now: float) -> dict[str, Any]:
    """A message on its route."""
    event = _event(api, client, key, "MESSAGE", now)
    event["requestContext"]["messageId"] = _id()
    event["body"] = text
    return event


def disconnect(api: WebSocketApi, client: Client, code: int, reason: str, now: float) -> dict[str, Any]:
    """$disconnect, after the fact."""
    event = _event(api, client, "$disconnect", "DISCONNECT", now)
    event["requestContext"] |= {"disconnectStatusCode": code, "disconnectReason": reason}
    event["headers"], event["multiValueHeaders"] = _both([(n, v) for n, v in client.headers if n.lower() == "host"])
    return event


def _event(api: WebSocketApi, client: Client, key: str, kind: str, now: float) -> dict[str, Any]:
    moment = time.gmtime(now)
    request_id = _id()
    stamp = f"{moment.tm_mday:02d}/{MONTHS[moment.tm_mon - 1]}/{moment.tm_year}"
    context = {
        "routeKey": key,
        "eventType": kind,
        "extendedRequestId": request_id,
        "requestTime": f"{stamp}:{time.strftime('%H:%M:%S', moment)} +0000",
        "messageDirection": "IN",
        "stage": api.stages[0] if api.stages else "$default",
        "connectedAt": int(client.connected_at * 1000),
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": client.source_ip, "userAgent": client.header("user-agent")},
        "requestId": request_id,
        "domainName": client.header("host").split(":")[0] or "localhost",
        "connectionId": client.id,
        "apiId": api.id,
    }
    return {"requestContext": context, "isBase64Encoded": False}


def _both(pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, str], dict[str, list[str]]]:
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value)
    return {name: values[-1] for name, values in many.items()}, many


def _id() -> str:
    return uuid.uuid4().hex[:15] + "="


def as_json(values: Mapping[str, Any]) -> str:
    """What the gateway itself says to a client."""
    return json.dumps(values, separators=(",", ":"))
