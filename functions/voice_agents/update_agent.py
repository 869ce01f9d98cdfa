"""PATCH /api/v1/agents/{agent_id} — change an AI agent."""

from tandem.assistants.models import AgentChange, AgentView
from tandem.assistants.service import update_agent
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents


@endpoint("PATCH", "/api/v1/agents/{agent_id}", voice_agents, guard=key_or_session("write:agents"))
def handler(caller: Caller, agent_id: str, body: AgentChange) -> AgentView:
    """Change what is named; what is left out stays. Calls that are under way go on as they began."""
    return update_agent(caller.tenant_id, agent_id, body, actor=caller.actor)
