"""POST /api/telephony/webrtc/capability-token — let an agent's browser make and take calls."""

from tandem.agents.browser import capability_token
from tandem.agents.models import ClientTokenRequest, ClientTokenView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony_bare


@endpoint("POST", "/api/telephony/webrtc/capability-token", telephony_bare, guard=key_or_session("write:telephony"))
def handler(caller: Caller, body: ClientTokenRequest) -> ClientTokenView:
    """A token for the carrier's browser client, good for an hour at most; asked for again, the same one comes until
    five minutes before its end. `clientName` is the same for ever."""
    return capability_token(caller.tenant_id, body, test=caller.is_test)
