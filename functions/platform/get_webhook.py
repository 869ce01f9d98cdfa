"""GET /api/v1/webhooks/{webhook_id} — one webhook."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.shapes import WebhookView


@endpoint("GET", "/api/v1/webhooks/{webhook_id}", platform, guard=key_or_session("read:webhooks"))
def handler(caller: Caller, webhook_id: str) -> WebhookView:
    """One webhook, without its secret; when it is paused, since when and why."""
    return management.show_webhook(caller.tenant_id, webhook_id)
