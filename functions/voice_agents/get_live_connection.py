"""GET /api/v1/calls/{call_id}/live — where to listen to a call as it happens."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.live.models import LiveConnection
from tandem.live.service import invite


@endpoint("GET", "/api/v1/calls/{call_id}/live", voice_agents, guard=key_or_session("read:calls"))
def handler(caller: Caller, call_id: str) -> LiveConnection:
    """The address of the call's WebSocket, and a token for it that is good for five minutes, for browsers: they cannot
    keep an API key secret. See docs/live.md for what is sent."""
    return invite(caller.tenant_id, call_id)
