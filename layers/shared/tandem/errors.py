"""What can go wrong, once for all families; a dialect decides how an error is written.

Problem
├── BadRequest            400  the request cannot be read (malformed JSON, encoding, size)
├── Unauthenticated       401  no credential, or one that does not hold
├── Forbidden             403  a known caller without the right
│   └── QuotaExceeded     403  the month's quota is used up
├── NotFound              404  no such thing, or not the caller's
├── MethodNotAllowed      405  the path is served, but not by this method
├── Conflict              409  the state of things does not allow it
├── Invalid               422  read, but breaks a rule; says which field
├── TooManyRequests       429  over the rate limit; says when to come back
├── CarrierRefused        502  the carrier said no
└── Unavailable           503  something we need is down; says when to come back
"""

from collections.abc import Mapping, Sequence
from typing import Any


class Problem(Exception):
    """An error with a status, a code for machines and a sentence for people."""

    status = 500
    code = "INTERNAL_ERROR"
    retry_after: int | None = None
    """Seconds after which trying again makes sense, where we know."""

    def __init__(self, message: str, *, code: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.details: dict[str, Any] = dict(details or {})


class BadRequest(Problem):
    """The request cannot be read at all."""

    status = 400
    code = "BAD_REQUEST"


class Unauthenticated(Problem):
    """No credential, or one that does not hold."""

    status = 401
    code = "AUTH_REQUIRED"


class Forbidden(Problem):
    """A known caller lacks the right."""

    status = 403
    code = "PERMISSION_DENIED"


class QuotaExceeded(Forbidden):
    """The month's quota is used up."""

    code = "PLAN_LIMIT_EXCEEDED"


class NotFound(Problem):
    """No such thing, or another tenant's, which is the same to the caller."""

    status = 404
    code = "RESOURCE_NOT_FOUND"


class MethodNotAllowed(Problem):
    """The path is served by other methods, which `allowed` names."""

    status = 405
    code = "METHOD_NOT_ALLOWED"

    def __init__(self, message: str, *, allowed: Sequence[str]) -> None:
        super().__init__(message, details={"allowed": list(allowed)})
        self.allowed = tuple(allowed)


class Conflict(Problem):
    """The present state does not allow the request."""

    status = 409
    code = "CONFLICT"


class Invalid(Problem):
    """Readable, but against a rule. `fields` names each place and what is wrong there."""

    status = 422
    code = "VALIDATION_ERROR"

    def __init__(self, message: str, *, fields: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(message, details={"fields": [dict(field) for field in fields]} if fields else None)


class TooManyRequests(Problem):
    """Over the rate limit; `retry_after` in seconds."""

    status = 429
    code = "RATE_LIMIT_EXCEEDED"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class CarrierRefused(Problem):
    """The carrier refused, for certain: nothing was dialled."""

    status = 502
    code = "CARRIER_ERROR"


class Unavailable(Problem):
    """Something we need is down; `retry_after` in seconds."""

    status = 503
    code = "SERVICE_UNAVAILABLE"

    def __init__(self, message: str, *, retry_after: int = 5, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after
