"""The errors in the document: which an operation answers, in which shape, with an example of each."""

from typing import Any

from infra.openapi.headers import LIMITS, REQUEST_ID, RETRY_AFTER
from tandem.entry.dialects import Failure
from tandem.entry.endpoint import Endpoint
from tandem.errors import Problem

CODED = "CodedError"
SPOKEN = "SpokenError"
PLAIN = "PlainError"
_SHAPES = {"telephony": CODED, "telephony_bare": CODED, "platform": CODED, "voice_agents": SPOKEN}

_PROBLEMS: dict[int, tuple[str, str, str]] = {
    400: ("BAD_REQUEST", "The body is not valid JSON.", "Cannot be read: malformed, wrongly encoded, or too large."),
    401: ("AUTH_REQUIRED", "Send an API key or log in.", "No credential, or one that does not hold."),
    403: ("PERMISSION_DENIED", "This needs write:calls.", "Known, but not allowed; or the month's quota is used up."),
    404: ("RESOURCE_NOT_FOUND", "No such customer.", "No such thing, or another tenant's, which is the same."),
    409: ("CONFLICT", "The conversation is closed.", "The present state does not allow it."),
    422: (
        "VALIDATION_ERROR",
        "The request is not valid: customerPhone.",
        "Read, but breaks a rule; `details.fields` says which.",
    ),
    429: ("RATE_LIMIT_EXCEEDED", "Too many requests.", "Over the limit; `Retry-After` says when to come back."),
    500: ("INTERNAL_ERROR", "Something went wrong on our side.", "Our fault; it is logged."),
    502: ("CARRIER_ERROR", "The carrier refused.", "The carrier refused, for certain: nothing was dialled."),
    503: ("SERVICE_UNAVAILABLE", "Try again shortly.", "Something we need is down; `Retry-After` says when to try."),
}
"""By status: a code, a sentence, and what it means."""

_REQUEST_ID, _MOMENT = "JKJaXmPLvHcESHA=", "2026-03-01T09:30:00.000Z"


def failures(endpoint: Endpoint, *, takes_input: bool, takes_body: bool, calls_out: bool) -> dict[str, Any]:
    """The error responses of an endpoint, by status."""
    statuses = {400, 500, *_of_guard(endpoint)}
    if takes_input:
        statuses.add(422)
    if takes_body or "{" in endpoint.path:
        statuses.add(404)
    if endpoint.idempotent or set(endpoint.methods) & {"POST", "PUT", "PATCH", "DELETE"}:
        statuses.add(409)
    if endpoint.idempotent:
        statuses.add(422)
    if calls_out:
        statuses |= {502, 503}
    shape = _shape(endpoint)
    written = sorted({endpoint.dialect.statuses.get(status, status) for status in statuses} - set(endpoint.answers))
    return {str(status): {"$ref": f"#/components/responses/{shape}{status}"} for status in written}


def shapes() -> dict[str, Any]:
    """The schemas of the three ways to write an error."""
    text, details = {"type": "string"}, {"type": "object", "additionalProperties": True}
    texts = dict.fromkeys(("code", "message", "requestId", "timestamp"), text)
    wait = {"type": "integer", "description": "Seconds."}
    error = {**texts, "details": details, "retryAfter": wait}
    meta = {"timestamp": text, "request_id": text}
    coded = {"type": "object", "properties": {"code": text}, "required": ["code"], "additionalProperties": True}
    failed = {"type": "boolean", "const": False}
    return {
        CODED: _object(
            {"success": failed, "error": _object(error, [*texts, "details"]), "code": text, "retryAfter": wait},
            ["success", "error", "code"],
        ),
        SPOKEN: _object({"success": failed, "error": text, "details": coded, "meta": _object(meta)}),
        PLAIN: _object({"error": text}),
    }


def responses(dialects: list[Endpoint]) -> dict[str, Any]:
    """`CodedError404` and the like: each error in each shape that the endpoints write."""
    found: dict[str, Any] = {}
    for endpoint in sorted(dialects, key=lambda one: one.dialect.name):
        for status in _PROBLEMS:
            written = endpoint.dialect.statuses.get(status, status)
            found.setdefault(f"{_shape(endpoint)}{written}", _response(endpoint, written))
    return found


def _response(endpoint: Endpoint, status: int) -> dict[str, Any]:
    code, sentence, meaning = _PROBLEMS[status]
    problem = Problem(sentence, code=code)
    headers: dict[str, Any] = dict(REQUEST_ID)
    if status in (429, 503):
        problem.retry_after = 30
        headers |= RETRY_AFTER
    if status in (403, 429):
        headers |= LIMITS
    if status == 422:
        problem.details = {"fields": [{"field": "customerPhone", "message": "String should match the pattern"}]}
    example = endpoint.dialect.failure(Failure(problem, _REQUEST_ID, _MOMENT))
    schema = {"$ref": f"#/components/schemas/{_shape(endpoint)}"}
    return {
        "description": meaning,
        "headers": headers,
        "content": {"application/json": {"schema": schema, "example": example}},
    }


def _of_guard(endpoint: Endpoint) -> set[int]:
    if endpoint.guard.scheme in ("key", "session"):
        return {401, 403, 404, 429, 503}
    if endpoint.guard.scheme == "carrier":
        return {403, 404, 503}
    return {401, 403, 429, 503} if endpoint.path.startswith("/api/auth/") else set()


def _shape(endpoint: Endpoint) -> str:
    return _SHAPES.get(endpoint.dialect.name, PLAIN)


def _object(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required or list(properties)}
