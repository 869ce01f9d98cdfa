"""DELETE /api/v1/webhooks/{webhook_id} — remove a webhook."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.shapes import Deleted
from tandem.webhooks import management


@endpoint("DELETE", "/api/v1/webhooks/{webhook_id}", platform, guard=key_or_session("write:webhooks"))
def handler(caller: Caller, webhook_id: str) -> Deleted:
    """Remove a webhook. What was still to be sent to it is cancelled."""
    return management.delete_webhook(caller.tenant_id, webhook_id, actor=caller.actor)
