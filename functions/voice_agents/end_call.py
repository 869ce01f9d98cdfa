"""POST /api/v1/calls/{call_id}/end — end a call."""

from tandem.calls.ending import end_call
from tandem.calls.models import CallClosed
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents


@endpoint("POST", "/api/v1/calls/{call_id}/end", voice_agents, guard=key_or_session("write:calls"))
def handler(caller: Caller, call_id: str) -> CallClosed:
    """Have the carrier end an active call, which is completed by that."""
    return end_call(caller.tenant_id, call_id, actor=caller.actor)
