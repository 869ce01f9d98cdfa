"""GET /api/v1/organizations — the organizations of who is logged in."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice
from tandem.users.organizations import list_organizations
from tandem.users.shapes import OrganizationView


@endpoint("GET", "/api/v1/organizations", voice_agents, guard=session())
def handler(caller: Caller, limit: PageLimit = 50, offset: Offset = 0) -> Slice[OrganizationView]:
    """Where the person belongs and as what, the last joined first."""
    return Slice(*list_organizations(caller.user_id, limit=limit, offset=offset), limit, offset)
