"""GET /api/v1/agents — the AI agents of an organization."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.assistants.models import AgentView
from tandem.assistants.service import list_agents
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice


@endpoint("GET", "/api/v1/agents", voice_agents, guard=key_or_session("read:agents"))
def handler(
    caller: Caller, enabled: Annotated[bool | None, Query()] = None, limit: PageLimit = 50, offset: Offset = 0
) -> Slice[AgentView]:
    """Agents, newest first; with `enabled`, only those that are, or are not."""
    return Slice(*list_agents(caller.tenant_id, enabled=enabled, limit=limit, offset=offset), limit, offset)
