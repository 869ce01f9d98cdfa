"""PUT /api/telephony/agents/{agent_id}/presence — where an agent is."""

from tandem.agents.models import AgentView, PresenceRequest
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.routing import service as routing
from tandem.shapes import Name


@endpoint("PUT", "/api/telephony/agents/{agent_id}/presence", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, agent_id: Name, body: PresenceRequest) -> AgentView:
    """Say where an agent is; one who is not known is registered. Who becomes available is given the first caller in
    line."""
    return routing.set_presence(caller.tenant_id, agent_id, body)
