"""PATCH /api/v1/webhooks/{webhook_id} — change a webhook."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.models import EndpointChange
from tandem.webhooks.shapes import WebhookView


@endpoint(
    "PATCH",
    "/api/v1/webhooks/{webhook_id}",
    platform,
    guard=key_or_session("write:webhooks"),
    also_methods=["PUT"],
)
def handler(caller: Caller, webhook_id: str, body: EndpointChange) -> WebhookView:
    """Change what is named; what is left out stays, with PUT as with PATCH. `isActive` pauses and resumes."""
    return management.update_webhook(caller.tenant_id, webhook_id, body, actor=caller.actor)
