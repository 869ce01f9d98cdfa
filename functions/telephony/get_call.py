"""GET /api/telephony/calls/{call_id} — one call."""

from tandem.calls.lookup import show_call
from tandem.calls.models import CallView
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony


@endpoint("GET", "/api/telephony/calls/{call_id}", telephony, guard=key_or_session("read:calls"))
def handler(caller: Caller, call_id: str) -> CallView:
    """One call, as it stands now."""
    return show_call(caller.tenant_id, call_id)
