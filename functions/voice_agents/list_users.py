"""GET /api/v1/users — the people of the organization."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice
from tandem.users.service import list_members
from tandem.users.shapes import MemberView


@endpoint("GET", "/api/v1/users", voice_agents, guard=session())
def handler(caller: Caller, limit: PageLimit = 50, offset: Offset = 0) -> Slice[MemberView]:
    """Its members and those invited, the newest first."""
    return Slice(*list_members(caller.tenant_id, limit=limit, offset=offset), limit, offset)
