"""GET /api/v1/webhooks/{webhook_id}/logs/{log_id} — one delivery, attempt by attempt."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks.logs import show_log
from tandem.webhooks.shapes import LogEntryView


@endpoint("GET", "/api/v1/webhooks/{webhook_id}/logs/{log_id}", platform, guard=key_or_session("read:webhooks"))
def handler(caller: Caller, webhook_id: str, log_id: str) -> LogEntryView:
    """One delivery with what was sent and its last 50 attempts. `log_id` is what the receiver got as `webhook-id`."""
    return show_log(caller.tenant_id, webhook_id, log_id)
