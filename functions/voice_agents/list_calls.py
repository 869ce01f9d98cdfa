"""GET /api/v1/calls — the calls of the organization, filtered."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice
from tandem.reports.calls import list_calls
from tandem.reports.shapes import AiCallView, StatusFilter
from tandem.shapes import Name


@endpoint("GET", "/api/v1/calls", voice_agents, guard=key_or_session("read:calls"))
def handler(
    caller: Caller,
    task_id: Name | None = None,
    agent_id: Name | None = None,
    status: StatusFilter | None = None,
    limit: PageLimit = 50,
    offset: Offset = 0,
) -> Slice[AiCallView]:
    """Calls of AI agents and all others, newest first; transcript and report are with each call alone."""
    found = list_calls(caller.tenant_id, task_id=task_id, agent_id=agent_id, status=status, limit=limit, offset=offset)
    return Slice(*found, limit, offset)
