"""The dialects of voice analytics and Africa's Talking: bare objects, `{"error": text}`."""

from typing import Any

from tandem.entry.dialects.base import Dialect, Failure, Success, plain


def _success(success: Success) -> Any:
    return plain(success.value)


def _failure(failure: Failure) -> dict[str, Any]:
    return {"error": failure.problem.message}


africas_talking = Dialect("africas_talking", _success, _failure, statuses={422: 400, 502: 500, 503: 500})
bare = Dialect("bare", _success, _failure)
