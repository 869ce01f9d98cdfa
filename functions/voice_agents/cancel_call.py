"""POST /api/v1/calls/{call_id}/cancel — cancel a call."""

from tandem.calls.ending import cancel_call
from tandem.calls.models import CallClosed
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents


@endpoint("POST", "/api/v1/calls/{call_id}/cancel", voice_agents, guard=key_or_session("write:calls"))
def handler(caller: Caller, call_id: str) -> CallClosed:
    """Have the carrier end an active call, which has failed by that."""
    return cancel_call(caller.tenant_id, call_id, actor=caller.actor)
