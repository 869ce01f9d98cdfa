"""PATCH /api/v1/organizations/{organization_id} — another name for an organization."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.users.organizations import update_organization
from tandem.users.shapes import OrganizationRequest, OrganizationView


@endpoint("PATCH", "/api/v1/organizations/{organization_id}", voice_agents, guard=session())
def handler(caller: Caller, organization_id: str, body: OrganizationRequest) -> OrganizationView:
    """For its owners and admins, whichever organization the session is in."""
    return update_organization(caller.user_id, organization_id, body)
