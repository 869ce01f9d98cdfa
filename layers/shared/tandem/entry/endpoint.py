"""`@endpoint`: one HTTP operation as one Lambda function.

The order never varies: log context, guard (401, 403) and rate limit (429), idempotent replay, validation (422, 400),
the function, errors in the family's dialect, headers. Strangers learn nothing: the guard stands before validation.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from types import MappingProxyType
from typing import Any

from tandem import clock
from tandem.entry import idempotency
from tandem.entry.answer import Answer, WithCookies, WithStatus
from tandem.entry.caching import cached
from tandem.entry.caller import Caller, Denied
from tandem.entry.cold_start import ready
from tandem.entry.dialects import Dialect, Failure, Success
from tandem.entry.guards import Guard
from tandem.entry.request import LARGEST_BODY, Request
from tandem.entry.route import Route, as_json
from tandem.errors import Problem
from tandem.keys.models import Allowance
from tandem.keys.service import MonthUsedUp, RateExceeded
from tandem.observability import count, flush, logger
from tandem.usage import service as usage

_JSON = "application/json"


class Endpoint:
    """A Lambda handler for one operation."""

    def __init__(
        self,
        method: str,
        path: str,
        dialect: Dialect,
        guard: Guard,
        function: Callable[..., Any],
        *,
        status: int,
        idempotent: bool,
        also: Sequence[str],
        also_methods: Sequence[str],
        answers: Mapping[int, str],
        media_type: str,
        kept: int,
        largest_body: int,
    ) -> None:
        self.method, self.path, self.dialect, self.guard, self.status = method, path, dialect, guard, status
        self.idempotent, self.kept, self.largest_body = idempotent, kept, largest_body
        self.answers, self.media_type = answers, media_type
        self.function = function
        self.__doc__ = function.__doc__
        self.also = tuple(also)
        self.methods = (method, *also_methods)
        self.route = Route(self.methods, [path, *also], function)

    def __call__(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Answer one request of the API gateway (HTTP API, payload 2.0)."""
        started = perf_counter()
        request = Request(event, self.largest_body)
        logger().append_keys(request_id=request.request_id, operation=f"{self.method} {self.path}")
        caller: Caller | None = None
        try:
            caller = self.guard.check(request)
            answer = self._once(request, caller, context)
        except Problem as problem:
            caller = problem.caller if isinstance(problem, Denied) else caller
            answer = self._refusal(problem, request)
        except Exception:  # the last line: a fault of ours is logged whole, and told in the family's shape
            logger().exception("unexpected")
            count("UnexpectedError")
            answer = self._refusal(Problem("Something went wrong on our side."), request)
        if caller and caller.key_id:
            route, spent = f"{request.method} {self.path}", (perf_counter() - started) * 1000
            usage.record(caller.tenant_id, caller.key_id, route, answer.status, spent)
        flush()
        code: dict[str, Any] = {"code": answer.code} if answer.code else {}
        logger().info("answered", status=answer.status, **code)
        allowance = caller.allowance if caller else None
        return gateway_answer(answer, request.request_id, allowance)

    def _once(self, request: Request, caller: Caller | None, context: Any) -> Answer:
        """The answer, made once for an Idempotency-Key however often it comes."""
        key = request.headers.get("idempotency-key") if self.idempotent and caller else None
        if key is None or caller is None:
            return self._answer(request, caller, context)
        route = f"{self.method} {self.path}"
        held = idempotency.claim(caller.tenant_id, route, key, request.content, caller.new_id, test=caller.is_test)
        if isinstance(held, idempotency.Answer):
            return Answer(held.body, _JSON, held.status, {"Idempotent-Replayed": "true"})
        try:
            answer = self._answer(request, replace(caller, new_id=held.resource_id), context)
        except Problem as problem:
            answer = self._refusal(problem, request)
            if problem.status not in _REPLAYED:
                idempotency.release(held)
                return answer
        idempotency.complete(held, idempotency.Answer(answer.status, str(answer.body)))
        return answer

    def _answer(self, request: Request, caller: Caller | None, context: Any) -> Answer:
        result = self.route(request, {Caller: caller, Request: request}, context)
        if isinstance(result, Answer):
            return result
        cookies = result.cookies if isinstance(result, WithCookies) else ()
        status = result.status if isinstance(result, WithStatus) else self.status
        value = result.value if isinstance(result, WithCookies | WithStatus) else result
        said = self.dialect.success(Success(value, request.request_id, clock.iso(clock.now())))
        answer = Answer(as_json(said), _JSON, status, cookies=cookies)
        return cached(answer, request.headers, self.kept) if self.kept else answer

    def _refusal(self, problem: Problem, request: Request) -> Answer:
        body = self.dialect.failure(Failure(problem, request.request_id, clock.iso(clock.now())))
        headers = {}
        if problem.retry_after is not None:
            headers["Retry-After"] = str(problem.retry_after)
        if isinstance(problem, RateExceeded | MonthUsedUp):
            headers |= _limit_headers(problem.allowance)
        status = self.dialect.statuses.get(problem.status, problem.status)
        return Answer(as_json(body), _JSON, status, headers, problem.code)


# A refusal that would be the same again is replayed; one that may pass (409, 503) is not. A carrier's refusal is an
# answer: the call was made, and failed.
_REPLAYED = (400, 404, 422, 502)


def endpoint(
    method: str,
    path: str,
    dialect: Dialect,
    *,
    guard: Guard,
    status: int = 200,
    idempotent: bool = False,
    also: Sequence[str] = (),
    also_methods: Sequence[str] = (),
    answers: Mapping[int, str] = MappingProxyType({}),
    media_type: str = _JSON,
    kept: int = 0,
    largest_body: int = LARGEST_BODY,
) -> Callable[[Callable[..., Any]], Endpoint]:
    """Make a function the handler of one HTTP operation. `guard` has no default: an endpoint says who may call.
    `also`: further paths that the same operation is published under; `also_methods`: further methods. `kept`: for how
    many seconds a client may keep the answer, which then has an ETag. For the documentation alone: `answers`, what
    other statuses than usual mean, and the `media_type` of an Answer. `largest_body` in bytes; a
    Lambda function is never given more than 6 MB."""

    def decorate(function: Callable[..., Any]) -> Endpoint:
        handler = Endpoint(
            method,
            path,
            dialect,
            guard,
            function,
            status=status,
            idempotent=idempotent,
            also=also,
            also_methods=also_methods,
            answers={**answers, **({304: "The client's copy is this one."} if kept else {})},
            media_type=media_type,
            kept=kept,
            largest_body=largest_body,
        )
        return ready(handler, uses_table=guard.scheme != "none")

    return decorate


def gateway_answer(answer: Answer, request_id: str, allowance: Allowance | None) -> dict[str, Any]:
    """An answer as the gateway takes it (payload 2.0), with the headers that every answer has."""
    headers = {"Content-Type": answer.content_type, "Cache-Control": "no-store", "X-Request-Id": request_id}
    headers |= _limit_headers(allowance) if allowance else {}
    headers |= answer.headers or {}
    binary = isinstance(answer.body, bytes)
    body = base64.b64encode(answer.body).decode() if isinstance(answer.body, bytes) else answer.body
    cookies = {"cookies": list(answer.cookies)} if answer.cookies else {}
    return {"statusCode": answer.status, "headers": headers, "body": body, "isBase64Encoded": binary, **cookies}


def _limit_headers(allowance: Allowance) -> dict[str, str]:
    seconds = max(0, allowance.resets_at - int(clock.timestamp()))
    return {
        "X-RateLimit-Limit": str(allowance.limit),
        "X-RateLimit-Remaining": str(allowance.remaining),
        "X-RateLimit-Reset": str(allowance.resets_at),
        "RateLimit-Policy": f'"{allowance.name}";q={allowance.limit};w={allowance.window_seconds}',
        "RateLimit": f'"{allowance.name}";r={allowance.remaining};t={seconds}',
    }
