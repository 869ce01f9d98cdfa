"""POST /api/v1/agents — make an AI agent."""

from tandem.assistants.models import AgentRequest, AgentView
from tandem.assistants.service import create_agent
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents


@endpoint("POST", "/api/v1/agents", voice_agents, guard=key_or_session("write:agents"), status=201)
def handler(caller: Caller, body: AgentRequest) -> AgentView:
    """An agent that tasks can have calls made by. `dtmf_rules` says what keys do: say, transfer, hangup or send."""
    return create_agent(caller.tenant_id, body, agent_id=caller.new_id, actor=caller.actor)
