"""DELETE /api/v1/api-keys/{key_id} — remove an API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.keys.administration import delete
from tandem.shapes import SnakeDeleted


@endpoint("DELETE", "/api/v1/api-keys/{key_id}", voice_agents, guard=session(managing=True))
def handler(caller: Caller, key_id: str) -> SnakeDeleted:
    """End a key and take it off the list, which cannot be undone."""
    return SnakeDeleted(id=delete(caller.tenant_id, key_id, actor=caller.actor))
