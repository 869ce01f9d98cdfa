"""POST /api/v1/webhooks/{webhook_id}/replay — send the deliveries of a time range again."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks.logs import replay_range
from tandem.webhooks.models import Replay
from tandem.webhooks.shapes import ReplayView


@endpoint(
    "POST",
    "/api/v1/webhooks/{webhook_id}/replay",
    platform,
    guard=key_or_session("write:webhooks"),
    idempotent=True,
)
def handler(caller: Caller, webhook_id: str, body: Replay) -> ReplayView:
    """Send again what failed from `startDate` on, the oldest first, 500 at most: `more` says that there are others.
    What is on its way is left alone, so that repeating the request does no harm."""
    return replay_range(caller.tenant_id, webhook_id, body.wanted())
