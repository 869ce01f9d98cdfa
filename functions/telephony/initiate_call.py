"""POST /api/telephony/calls/initiate — place an outbound call."""

from tandem.calls.models import CallPlaced, CallRequest
from tandem.calls.service import place_call
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony


@endpoint("POST", "/api/telephony/calls/initiate", telephony, guard=key_or_session("write:calls"), idempotent=True)
def handler(caller: Caller, body: CallRequest) -> CallPlaced:
    """Dial `customerPhone` on behalf of an agent. Follow the call by webhooks or GET /calls/{callId}."""
    return place_call(caller.tenant_id, body, call_id=caller.new_id, actor=caller.actor, test=caller.is_test)
