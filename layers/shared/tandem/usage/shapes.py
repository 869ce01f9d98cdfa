"""Usage and response times in answers. Pure."""

from collections.abc import Mapping
from typing import Any, Self

from tandem.shapes import View
from tandem.usage.models import Usage


class UsageView(View):
    """Requests of API keys in a UTC month, against the plan's monthly limit (-1: none) that every key has."""

    month: str
    total_requests: int
    requests_by_endpoint: dict[str, int]
    requests_by_method: dict[str, int]
    limit: int
    is_unlimited: bool
    remaining: int
    """-1 where there is no limit."""
    overage: int
    overage_percentage: float
    """The overage in percent of the limit."""

    @classmethod
    def of(cls, usage: Usage, limit: int) -> Self:
        """A month under a limit of so many requests, -1 for none."""
        overage = max(0, usage.total - limit) if limit >= 0 else 0
        return cls(
            month=usage.month,
            total_requests=usage.total,
            requests_by_endpoint=usage.by_route,
            requests_by_method=usage.by_method,
            limit=limit,
            is_unlimited=limit < 0,
            remaining=max(0, limit - usage.total) if limit >= 0 else -1,
            overage=overage,
            overage_percentage=round(100 * overage / limit, 2) if limit > 0 else 0.0,
        )


class PerformanceView(View):
    """How requests of API keys were answered in a UTC month. Milliseconds, from the request's arrival at our function
    to its answer; percentiles are within 5 % of the true ones. 0 where there was no request."""

    month: str
    average_response_time: float
    p50_response_time: float
    p95_response_time: float
    p99_response_time: float
    error_rate: float
    """Percent of the requests that failed."""
    total_requests: int
    successful_requests: int
    failed_requests: int

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """The times and outcomes of a month."""
        return cls(month=usage.month, **performance(usage))


class KeyUsageView(View):
    """What one API key did in a UTC month."""

    month: str
    total_requests: int
    requests_by_endpoint: dict[str, int]
    requests_by_method: dict[str, int]
    successful_requests: int
    failed_requests: int
    error_rate: float
    average_response_time: float
    p50_response_time: float
    p95_response_time: float
    p99_response_time: float

    @classmethod
    def of(cls, usage: Usage) -> Self:
        """A key's month."""
        return cls(
            month=usage.month,
            requests_by_endpoint=usage.by_route,
            requests_by_method=usage.by_method,
            **performance(usage),
        )


def performance(usage: Usage) -> Mapping[str, Any]:
    """Numbers and times, by field."""
    return {
        "average_response_time": round(usage.average, 1),
        "p50_response_time": round(usage.percentile(0.50), 1),
        "p95_response_time": round(usage.percentile(0.95), 1),
        "p99_response_time": round(usage.percentile(0.99), 1),
        "error_rate": round(100 * usage.failed / usage.total, 2) if usage.total else 0.0,
        "total_requests": usage.total,
        "successful_requests": usage.successful,
        "failed_requests": usage.failed,
    }
