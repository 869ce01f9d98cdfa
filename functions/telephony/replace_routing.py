"""PUT /api/telephony/routing — set how calls find an agent."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.routing import configuration
from tandem.routing.models import RoutingRequest, RoutingView


@endpoint("PUT", "/api/telephony/routing", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, body: RoutingRequest) -> RoutingView:
    """Set the strategy and, where `incoming` is given, what becomes of calls that come in; null takes that away."""
    return configuration.replace(caller.tenant_id, body)
