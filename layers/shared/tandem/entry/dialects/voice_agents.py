"""The dialect of voice agents: snake_case, `{success, data, meta}`, errors as sentences."""

from typing import Any

from tandem.entry.dialects.base import Dialect, Failure, Success, plain
from tandem.entry.pages import Slice


def _success(success: Success) -> dict[str, Any]:
    value, meta = success.value, _meta(success)
    if isinstance(value, Slice):
        return {"success": True, "data": plain(value.items), "meta": meta | {"pagination": value.pagination()}}
    return {"success": True, "data": plain(value), "meta": meta}


def _failure(failure: Failure) -> dict[str, Any]:
    problem = failure.problem
    details = {"code": problem.code, **problem.details}
    if problem.retry_after is not None:
        details["retry_after"] = problem.retry_after
    return {"success": False, "error": problem.message, "details": details, "meta": _meta(failure)}


def _meta(said: Success | Failure) -> dict[str, Any]:
    return {"timestamp": said.timestamp, "request_id": said.request_id}


voice_agents = Dialect("voice_agents", _success, _failure, statuses={409: 400, 422: 400, 502: 503})
