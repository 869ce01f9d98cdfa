"""POST /api/v1/webhooks/{webhook_id}/pause — send a webhook nothing for now."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.shapes import WebhookView


@endpoint("POST", "/api/v1/webhooks/{webhook_id}/pause", platform, guard=key_or_session("write:webhooks"))
def handler(caller: Caller, webhook_id: str) -> WebhookView:
    """Pause a webhook. Events are held for up to 30 days and sent when it is resumed."""
    return management.set_active(caller.tenant_id, webhook_id, active=False, actor=caller.actor)
