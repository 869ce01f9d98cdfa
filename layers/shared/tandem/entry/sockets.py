"""`@socket`: one route of the WebSocket API as one Lambda function.

Who connects is checked at the handshake, which is refused with the status of the error. Later messages on a connection
are its own: the gateway passes on none of anybody else's.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter
from typing import Any

from tandem import clock
from tandem.entry.caller import Caller, Denied
from tandem.entry.cold_start import ready
from tandem.entry.dialects import Failure, voice_agents
from tandem.entry.guards import key_caller, permitted
from tandem.entry.route import as_json
from tandem.errors import BadRequest, Problem, Unauthenticated
from tandem.live.service import redeem
from tandem.observability import count, flush, logger
from tandem.records import record
from tandem.usage import service as usage

_ROUTE = "GET /ws/calls/{call_id}"
"""As which connecting stands in the statistics of a key."""

_LARGEST_SEQUENCE = 10**9


@dataclass(frozen=True)
class Message:
    """An event of the WebSocket API: a handshake, a message, the end of a connection."""

    event: Mapping[str, Any]

    @property
    def connection_id(self) -> str:
        """The gateway's id of the connection."""
        return str(self.event["requestContext"]["connectionId"])

    @property
    def request_id(self) -> str:
        """The gateway's id of this event."""
        return str(self.event["requestContext"]["requestId"])

    @property
    def source_ip(self) -> str:
        """The client's address as the gateway saw it."""
        return str(self.event["requestContext"]["identity"]["sourceIp"])

    @property
    def text(self) -> str:
        """What the client says."""
        return str(self.event.get("body") or "")

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The query of the handshake; the last of repeated names."""
        return self.event.get("queryStringParameters") or {}

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """Headers of the handshake by lower-case name."""
        return {name.lower(): value for name, value in (self.event.get("headers") or {}).items()}

    @property
    def call_id(self) -> str:
        """Which call the handshake is about. Raises BadRequest."""
        if call_id := self.query.get("call_id", ""):
            return call_id
        raise BadRequest("Say which call: connect to the websocket_url of GET /api/v1/calls/{call_id}/live.")

    @property
    def after(self) -> int:
        """The sequence up to which the client has seen the transcript. Raises BadRequest."""
        text = self.query.get("after", "0")
        if text.isascii() and text.isdigit() and len(text) <= 10 and int(text) <= _LARGEST_SEQUENCE:
            return int(text)
        raise BadRequest("after is the sequence of the last frame that you have seen: a whole number.")


@record
class SocketGuard:
    """A check of a handshake or message."""

    check: Callable[[Message], Caller | None]
    permission: str | None


def listener(permission: str) -> SocketGuard:
    """Who has an API key with this permission, as the query's `api_key` or in a header, or a `session_token` for the
    very call. A browser's cookie opens no socket: any page could bring it."""

    def check(message: Message) -> Caller:
        if token := message.query.get("session_token"):
            opens = redeem(token, message.call_id)
            return Caller(opens.tenant_id, "socket:token", frozenset({permission}), is_test=False)
        return permitted(key_caller(_presented(message), message.source_ip), permission)

    return SocketGuard(check, permission)


def connected(*, because: str) -> SocketGuard:
    """Whoever the gateway let in, for the reason given."""
    if not because:
        raise ValueError("a route without a check says why")
    return SocketGuard(lambda message: None, None)


class SocketRoute:
    """A Lambda handler for one route. What its function returns is sent back, where the route has a response."""

    def __init__(self, route: str, guard: SocketGuard, function: Callable[..., str | None]) -> None:
        self.route, self.guard = route, guard
        self._function = function
        self._given = {name: one.annotation for name, one in inspect.signature(function).parameters.items()}
        self.__doc__ = function.__doc__

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one event of the gateway."""
        started = perf_counter()
        message = Message(event)
        logger().append_keys(request_id=message.request_id, operation=self.route)
        caller: Caller | None = None
        try:
            caller = self.guard.check(message)
            given = {Caller: caller, Message: message}
            said = self._function(**{name: given[kind] for name, kind in self._given.items()})
            answer: dict[str, Any] = {"statusCode": 200} | ({"body": said} if said else {})
        except Problem as problem:
            caller = problem.caller if isinstance(problem, Denied) else caller
            answer = self._refusal(problem, message)
        except Exception:  # the last line, as for every endpoint
            logger().exception("unexpected")
            count("UnexpectedError")
            answer = self._refusal(Problem("Something went wrong on our side."), message)
        if caller and caller.key_id:
            spent = (perf_counter() - started) * 1000
            usage.record(caller.tenant_id, caller.key_id, _ROUTE, answer["statusCode"], spent)
        flush()
        logger().info("answered", status=answer["statusCode"])
        return answer

    def _refusal(self, problem: Problem, message: Message) -> dict[str, Any]:
        status = voice_agents.statuses.get(problem.status, problem.status)
        body = voice_agents.failure(Failure(problem, message.request_id, clock.iso(clock.now())))
        return {"statusCode": status, "body": as_json(body)}


def socket(route: str, *, guard: SocketGuard) -> Callable[[Callable[..., str | None]], SocketRoute]:
    """Make a function the handler of a route: `$connect`, `$disconnect` or `$default`. `guard` has no default."""

    def decorate(function: Callable[..., str | None]) -> SocketRoute:
        return ready(SocketRoute(route, guard, function), uses_table=route != "$default")

    return decorate


def _presented(message: Message) -> str:
    scheme, _, value = message.headers.get("authorization", "").partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    presented = message.query.get("api_key") or bearer or message.headers.get("x-api-key", "").strip()
    if not presented:
        raise Unauthenticated("Connect with ?api_key=… or, from a browser, with ?session_token=….")
    return presented
