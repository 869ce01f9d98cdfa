"""GET /api/telephony/routing — how calls find an agent."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.routing import configuration
from tandem.routing.models import RoutingView


@endpoint("GET", "/api/telephony/routing", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller) -> RoutingView:
    """The strategy, and what becomes of calls that come in."""
    return configuration.get(caller.tenant_id)
