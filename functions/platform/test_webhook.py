"""POST /api/v1/webhooks/{webhook_id}/test — send a test event."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks.shapes import TrialView
from tandem.webhooks.trial import send_test


@endpoint("POST", "/api/v1/webhooks/{webhook_id}/test", platform, guard=key_or_session("write:webhooks"))
def handler(caller: Caller, webhook_id: str) -> TrialView:
    """Send a `webhook.test` event now, once, signed as any other, and tell what was answered; a paused webhook too."""
    return send_test(caller.tenant_id, webhook_id)
