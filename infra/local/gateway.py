"""API Gateway's HTTP API: which route a request takes, the event it becomes, and what an answer turns into."""

import base64
import json
import re
import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.invocation import Outcome
from infra.local.model import ACCOUNT, HttpApi, Route

MAX_REQUEST = 10 * 1024 * 1024
TEXT_TYPES = re.compile(r"^(text/.*|application/(.*\+)?(json|xml)|application/javascript)", re.IGNORECASE)
# The service drops or rewrites these whatever the function says.
HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "upgrade", "te", "trailer", "proxy-authenticate")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Request:
    """An HTTP request before it becomes an event. Header order and repeats are kept."""

    method: str
    path: str
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    host: str = "localhost"

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


@dataclass(frozen=True)
class Response:
    """An HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    event: dict[str, Any] | None = field(default=None, compare=False)

    def json(self) -> Any:
        """The body read as JSON."""
        return json.loads(self.body)

    @property
    def text(self) -> str:
        """The body read as UTF-8."""
        return self.body.decode()

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def header_values(self, name: str) -> list[str]:
        """Every value of a header (Set-Cookie)."""
        return [value for key, value in self.headers if key.lower() == name.lower()]


def plain(status: int, message: str) -> Response:
    """An answer of the gateway itself."""
    body = json.dumps({"message": message}, separators=(",", ":")).encode()
    return Response(status, (("Content-Type", "application/json"),), body)


NOT_FOUND = plain(404, "Not Found")
FAILED = plain(500, "Internal Server Error")
TOO_LONG = plain(413, "Request Too Long")
UNAVAILABLE = plain(503, "Service Unavailable")


@lru_cache(maxsize=1024)
def _pattern(path: str) -> tuple[re.Pattern[str], tuple[int, ...]]:
    """A path template as a pattern, and its rank: a literal segment beats a parameter, which beats {proxy+}."""
    parts, rank = [], []
    for segment in path[1:].split("/"):  # a slash at the end counts
        if segment.startswith("{") and segment.endswith("+}"):
            parts.append(f"(?P<{_group(segment[1:-2])}>.+)")
            rank.append(2)
        elif segment.startswith("{"):
            parts.append(f"(?P<{_group(segment[1:-1])}>[^/]+)")
            rank.append(1)
        else:
            parts.append(re.escape(segment))
            rank.append(0)
    return re.compile("^/" + "/".join(parts) + "$"), tuple(rank)


def _group(name: str) -> str:
    return "p_" + name.encode().hex()


def _name(group: str) -> str:
    return bytes.fromhex(group[2:]).decode()


def match(routes: Iterable[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most specific route: full match, then parameters, then greedy, then $default; a method beats ANY."""
    best: tuple[tuple[Any, ...], Route, dict[str, str]] | None = None
    default = None
    for route in routes:
        if route.path == "$default":
            default = route
            continue
        if route.method not in (method, "ANY"):
            continue
        pattern, rank = _pattern(route.path)
        found = pattern.match(path)
        if found is None:
            continue
        order = (2 in rank, rank, route.method == "ANY")
        if best is None or order < best[0]:
            best = (order, route, {_name(key): unquote(value) for key, value in found.groupdict().items()})
    if best is not None:
        return best[1], best[2]
    return (default, {}) if default is not None else None


def event(api: HttpApi, route: Route, parameters: Mapping[str, str], request: Request, now: float) -> dict[str, Any]:
    """The payload of format 2.0. `now` is the platform's clock."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in request.headers:
        key = name.lower()
        if key == "cookie":
            cookies += [cookie.strip() for cookie in value.split(";") if cookie.strip()]
        elif key not in HOP_BY_HOP:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    forwarded = headers.get("x-forwarded-for")
    headers.setdefault("host", request.host)
    headers["x-forwarded-for"] = f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip
    headers.setdefault("x-forwarded-proto", "http")
    headers.setdefault("x-amzn-trace-id", f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]}")
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(api, route, request, headers, now),
        "isBase64Encoded": False,
    }
    if cookies:
        made["cookies"] = cookies
    if query := _joined(parse_qsl(request.query, keep_blank_values=True)):
        made["queryStringParameters"] = query
    if parameters:
        made["pathParameters"] = dict(parameters)
    if request.body:
        made["body"], made["isBase64Encoded"] = _body(request.body, headers.get("content-type", ""))
    return made


def _context(api: HttpApi, route: Route, request: Request, headers: Mapping[str, str], now: float) -> dict[str, Any]:
    moment = time.gmtime(now)
    stamp = f"{moment.tm_mday:02d}/{MONTHS[moment.tm_mon - 1]}/{moment.tm_year}"
    return {
        "accountId": ACCOUNT,
        "apiId": api.id,
        "domainName": headers["host"].split(":")[0],
        "domainPrefix": headers["host"].split(".")[0].split(":")[0],
        "http": {
            "method": request.method,
            "path": unquote(request.path),
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": base64.b64encode(uuid.uuid4().bytes).decode()[:15] + "=",
        "routeKey": route.key,
        "stage": "$default",
        "time": f"{stamp}:{time.strftime('%H:%M:%S', moment)} +0000",
        "timeEpoch": int(now * 1000),
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _body(body: bytes, content_type: str) -> tuple[str, bool]:
    """Text goes through as text; anything else, and text that is no UTF-8, as base64."""
    if TEXT_TYPES.match(content_type) or not content_type:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def response(outcome: Outcome) -> Response:
    """What the gateway makes of a function's answer; a malformed one is its own 500."""
    if outcome.failed:
        return FAILED
    payload = outcome.payload
    if not isinstance(payload, dict) or "statusCode" not in payload:
        # A bare value is the body of a 200, as the service infers it.
        text = payload if isinstance(payload, str) else json.dumps(payload)
        return Response(200, (("content-type", "application/json"),), text.encode())
    try:
        status = int(payload["statusCode"])
        headers = [(str(key).lower(), _text(value)) for key, value in (payload.get("headers") or {}).items()]
        cookies = [("set-cookie", str(cookie)) for cookie in payload.get("cookies") or []]
        body = payload.get("body")
        content = b"" if body is None else _decoded(body, is_base64=bool(payload.get("isBase64Encoded")))
    except (TypeError, ValueError, AttributeError):
        return FAILED
    if not 100 <= status <= 599:
        return FAILED
    kept = [(key, value) for key, value in headers if key not in HOP_BY_HOP]
    if not any(key == "content-type" for key, _ in kept) and content:
        kept.append(("content-type", "text/plain;charset=UTF-8"))
    return Response(status, (*kept, *cookies), content)


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        raise TypeError("A header is one value")
    return str(value).lower() if isinstance(value, bool) else str(value)


def _decoded(body: Any, *, is_base64: bool) -> bytes:
    if not isinstance(body, str):
        raise TypeError("A body is text")
    return base64.b64decode(body, validate=True) if is_base64 else body.encode()
