"""POST /api/v1/users/invite — invite a person to the organization."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.users.service import invite
from tandem.users.shapes import InviteRequest, MemberView


@endpoint("POST", "/api/v1/users/invite", voice_agents, guard=session(managing=True), status=201)
def handler(caller: Caller, body: InviteRequest) -> MemberView:
    """Sends an e-mail with a temporary password to who has no account; who has one joins at their next login. Inviting
    again, before they came, sends it again."""
    return invite(caller.tenant_id, caller.role, caller.actor, body)
