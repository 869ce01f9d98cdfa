"""POST /api/v1/api-keys — make an API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.keys.administration import create
from tandem.keys.shapes import AgentsKeyRequest, NewAgentsKeyView


@endpoint("POST", "/api/v1/api-keys", voice_agents, guard=session(managing=True), status=201)
def handler(caller: Caller, body: AgentsKeyRequest) -> NewAgentsKeyView:
    """Make a `va_` key, with all permissions unless told otherwise. `key` is shown now and never again."""
    made = create(caller.tenant_id, body, key_id=caller.new_id, actor=caller.actor, own=caller.permissions)
    return NewAgentsKeyView.issued(*made)
