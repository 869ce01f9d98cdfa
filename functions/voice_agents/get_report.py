"""GET /api/v1/calls/{call_id}/report — what became of a call, in short."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.reports.calls import show_report
from tandem.reports.models import ReportView


@endpoint("GET", "/api/v1/calls/{call_id}/report", voice_agents, guard=key_or_session("read:calls"))
def handler(caller: Caller, call_id: str) -> ReportView:
    """Made when it is first asked for, once for each version of the transcript; `source` says by whom."""
    return show_report(caller.tenant_id, call_id)
