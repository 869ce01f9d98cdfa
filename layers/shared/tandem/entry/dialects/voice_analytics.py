"""The dialect of voice analytics: snake_case, bare objects, `{"error": text}`."""

from typing import Any

from tandem.entry.dialects.base import Dialect, Failure, Success, plain
from tandem.errors import Unauthenticated

_STRANGER = "Missing tenant context for analytics request"
"""What the published reference answers to who brings no credential."""


def _success(success: Success) -> Any:
    return plain(success.value)


def _failure(failure: Failure) -> dict[str, Any]:
    """One sentence: there is no other place to say what is wrong with which parameter."""
    problem = failure.problem
    if isinstance(problem, Unauthenticated) and problem.code == Unauthenticated.code:
        return {"error": _STRANGER}
    wrong = [f"{each['field']}: {each['message']}" for each in problem.details.get("fields", []) if each["field"]]
    return {"error": f"{'; '.join(wrong)}." if wrong else problem.message}


voice_analytics = Dialect("voice_analytics", _success, _failure, statuses={422: 400})
