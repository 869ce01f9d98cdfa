"""The dialects of voice analytics and Africa's Talking: bare objects, `{"error": text}`."""

from typing import Any

from tandem.entry.dialects.base import Dialect, Failure, plain


def _failure(failure: Failure) -> dict[str, Any]:
    return {"error": failure.problem.message}


africas_talking = Dialect("africas_talking", plain, _failure, statuses={422: 400, 502: 500, 503: 500})
bare = Dialect("bare", plain, _failure)
