"""GET /api/v1/agents/{agent_id} — one AI agent."""

from tandem.assistants.models import AgentView
from tandem.assistants.service import show_agent
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents


@endpoint("GET", "/api/v1/agents/{agent_id}", voice_agents, guard=key_or_session("read:agents"))
def handler(caller: Caller, agent_id: str) -> AgentView:
    """One agent as it is now."""
    return show_agent(caller.tenant_id, agent_id)
