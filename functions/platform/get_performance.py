"""GET /api/v1/analytics/performance — how fast and how well requests were answered in a month."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import Month
from tandem.usage.service import month_of
from tandem.usage.shapes import PerformanceView


@endpoint("GET", "/api/v1/analytics/performance", platform, guard=key_or_session("read:analytics"))
def handler(caller: Caller, month: Month = None) -> PerformanceView:
    """Times in milliseconds within our functions: mean, and percentiles that are within 5 % of the true ones."""
    return PerformanceView.of(month_of(caller.tenant_id, month))
