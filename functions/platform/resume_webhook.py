"""POST /api/v1/webhooks/{webhook_id}/resume — send a paused webhook what was held, and what comes."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.shapes import WebhookView


@endpoint("POST", "/api/v1/webhooks/{webhook_id}/resume", platform, guard=key_or_session("write:webhooks"))
def handler(caller: Caller, webhook_id: str) -> WebhookView:
    """Resume a webhook, whatever it was paused for; its failures so far are forgotten."""
    return management.set_active(caller.tenant_id, webhook_id, active=True, actor=caller.actor)
