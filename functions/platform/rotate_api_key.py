"""POST /api/tenant/api-keys/{key_id}/rotate — give an API key a new secret."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Body

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import rotate
from tandem.keys.shapes import NewApiKeyView, RotationRequest


@endpoint("POST", "/api/tenant/api-keys/{key_id}/rotate", platform, guard=session(managing=True))
def handler(caller: Caller, key_id: str, body: Annotated[RotationRequest | None, Body()] = None) -> NewApiKeyView:
    """The new `key` is shown now and never again; the old one holds for `overlapHours` (24), with the same limits."""
    hours = (body or RotationRequest()).overlap_hours
    return NewApiKeyView.issued(*rotate(caller.tenant_id, key_id, overlap_hours=hours, actor=caller.actor))
