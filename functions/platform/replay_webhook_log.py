"""POST /api/v1/webhooks/{webhook_id}/logs/{log_id}/replay — send one delivery again."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks.logs import replay
from tandem.webhooks.shapes import LogView


@endpoint(
    "POST",
    "/api/v1/webhooks/{webhook_id}/logs/{log_id}/replay",
    platform,
    guard=key_or_session("write:webhooks"),
    idempotent=True,
)
def handler(caller: Caller, webhook_id: str, log_id: str) -> LogView:
    """Send the same event again under the same `webhook-id`, with all its retries; one that waits goes out now."""
    return replay(caller.tenant_id, webhook_id, log_id)
