"""GET /api/telephony/agents — the agents of a tenant."""

from tandem.agents import service as agents
from tandem.agents.models import AgentView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.entry.pages import Listed, PageLimit, PageNumber


@endpoint("GET", "/api/telephony/agents", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller, page: PageNumber = 1, limit: PageLimit = 20) -> Listed[AgentView]:
    """Agents with their presence, in the order of their ids."""
    return Listed(*agents.list_agents(caller.tenant_id, page=page, limit=limit), page, limit)
