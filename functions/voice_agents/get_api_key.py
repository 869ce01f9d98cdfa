"""GET /api/v1/api-keys/{key_id} — one API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.keys.administration import show
from tandem.keys.shapes import AgentsKeyView


@endpoint("GET", "/api/v1/api-keys/{key_id}", voice_agents, guard=session())
def handler(caller: Caller, key_id: str) -> AgentsKeyView:
    """A key without its secret."""
    return AgentsKeyView.of(show(caller.tenant_id, key_id))
