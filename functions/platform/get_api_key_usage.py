"""GET /api/tenant/api-keys/{key_id}/usage — what one API key did in a month."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.entry.pages import Month
from tandem.keys.administration import show
from tandem.usage.service import month_of_key
from tandem.usage.shapes import KeyUsageView


@endpoint("GET", "/api/tenant/api-keys/{key_id}/usage", platform, guard=session())
def handler(caller: Caller, key_id: str, month: Month = None) -> KeyUsageView:
    """Requests by endpoint and method and how they ended, in `month` (`2026-11`; by default the present one)."""
    return KeyUsageView.of(month_of_key(caller.tenant_id, show(caller.tenant_id, key_id).key_id, month))
