"""DELETE /api/v1/agents/{agent_id} — remove an AI agent."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.shapes import SnakeDeleted
from tandem.tasks.service import delete_agent


@endpoint("DELETE", "/api/v1/agents/{agent_id}", voice_agents, guard=key_or_session("write:agents"))
def handler(caller: Caller, agent_id: str) -> SnakeDeleted:
    """Refused while tasks of it are pending or in progress; its calls and other tasks stay."""
    return delete_agent(caller.tenant_id, agent_id, actor=caller.actor)
