"""POST /api/v1/webhooks/{webhook_id}/rotate-secret — give a webhook another signing secret."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.service import LONGEST_OVERLAP
from tandem.webhooks.shapes import RotatedSecretView


@endpoint("POST", "/api/v1/webhooks/{webhook_id}/rotate-secret", platform, guard=key_or_session("write:webhooks"))
def handler(
    caller: Caller,
    webhook_id: str,
    overlap_hours: Annotated[int, Query(alias="overlapHours", ge=0, le=LONGEST_OVERLAP)] = 24,
) -> RotatedSecretView:
    """A new secret, shown this once. For `overlapHours` `webhook-signature` carries a signature by each of both
    secrets, `X-Webhook-Signature` one by the new; 0 ends the old one at once."""
    return management.rotate_secret(caller.tenant_id, webhook_id, overlap_hours=overlap_hours, actor=caller.actor)
