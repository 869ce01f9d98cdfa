"""GET /api/v1/analytics/usage — how much the API was used in a month."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import Month
from tandem.keys.plans import monthly_quota
from tandem.usage.service import month_of
from tandem.usage.shapes import UsageView


@endpoint("GET", "/api/v1/analytics/usage", platform, guard=key_or_session("read:analytics"))
def handler(caller: Caller, month: Month = None) -> UsageView:
    """Requests of all API keys by endpoint and method, and how they compare with the plan's monthly limit."""
    return UsageView.of(month_of(caller.tenant_id, month), monthly_quota(caller.tenant_id))
