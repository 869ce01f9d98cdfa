"""POST /api/v1/api-keys/{key_id}/regenerate — give an API key a new secret."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import voice_agents
from tandem.keys.administration import rotate
from tandem.keys.shapes import AgentsRotationRequest, NewAgentsKeyView


@endpoint("POST", "/api/v1/api-keys/{key_id}/regenerate", voice_agents, guard=session(managing=True))
def handler(
    caller: Caller, key_id: str, body: Annotated[AgentsRotationRequest | None, Body()] = None
) -> NewAgentsKeyView:
    """The new `key` is shown now and never again; the old one holds for `overlap_hours` (24), with the same limits."""
    hours = (body or AgentsRotationRequest()).overlap_hours
    return NewAgentsKeyView.issued(*rotate(caller.tenant_id, key_id, overlap_hours=hours, actor=caller.actor))
