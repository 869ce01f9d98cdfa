"""The dialects of telephony and platform: camelCase, `{success, data}`, coded errors."""

from typing import Any

from tandem.entry.dialects.base import Dialect, Failure, Success, plain
from tandem.entry.pages import Listed


def _success(success: Success) -> dict[str, Any]:
    value = success.value
    if isinstance(value, Listed):
        return {"success": True, "data": plain(value.items), "pagination": value.pagination()}
    return {"success": True, "data": plain(value)}


def _bare(success: Success) -> Any:
    return plain(success.value)


def _failure(failure: Failure) -> dict[str, Any]:
    problem = failure.problem
    error: dict[str, Any] = {
        "code": problem.code,
        "message": problem.message,
        "details": problem.details,
        "requestId": failure.request_id,
        "timestamp": failure.timestamp,
    }
    body: dict[str, Any] = {"success": False, "error": error, "code": problem.code}
    if problem.retry_after is not None:
        error["retryAfter"] = body["retryAfter"] = problem.retry_after
    return body


telephony = Dialect("telephony", _success, _failure)
platform = Dialect("platform", _success, _failure)
telephony_bare = Dialect("telephony_bare", lambda success: plain(success.value), _failure)
"""Telephony where the guide prints the answer without an envelope."""
