"""GET /api/auth/me — who is logged in, and where."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.sessions.service import me
from tandem.sessions.shapes import MeView


@endpoint("GET", "/api/auth/me", platform, guard=session())
def handler(caller: Caller) -> MeView:
    """The person, the organization that this request is about (`X-Organization-Id` selects one), and all others."""
    return me(caller.user_id, caller.tenant_id, caller.role)
