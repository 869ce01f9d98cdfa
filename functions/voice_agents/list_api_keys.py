"""GET /api/v1/api-keys — the API keys of the organization."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice
from tandem.keys.administration import list_keys
from tandem.keys.shapes import AgentsKeyView


@endpoint("GET", "/api/v1/api-keys", voice_agents, guard=session())
def handler(caller: Caller, limit: PageLimit = 50, offset: Offset = 0) -> Slice[AgentsKeyView]:
    """Keys of every kind without their secrets, the newest first."""
    found, total = list_keys(caller.tenant_id, limit=limit, offset=offset)
    return Slice([AgentsKeyView.of(key) for key in found], total, limit, offset)
