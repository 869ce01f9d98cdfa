"""POST /api/v1/organizations — a new organization."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.users.organizations import create_organization
from tandem.users.shapes import OrganizationRequest, OrganizationView


@endpoint("POST", "/api/v1/organizations", voice_agents, guard=session(), status=201)
def handler(caller: Caller, body: OrganizationRequest) -> OrganizationView:
    """Who makes it owns it. Name it in `X-Organization-Id` to work in it."""
    return create_organization(caller.user_id, body)
