"""GET /api/v1/calls/{call_id} — one call, with its transcript and report."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.reports.calls import show_call
from tandem.reports.shapes import AiCallView


@endpoint("GET", "/api/v1/calls/{call_id}", voice_agents, guard=key_or_session("read:calls"))
def handler(caller: Caller, call_id: str) -> AiCallView:
    """As it stands now: while it lasts, with what was said so far; when it is over, with its report."""
    return show_call(caller.tenant_id, call_id)
