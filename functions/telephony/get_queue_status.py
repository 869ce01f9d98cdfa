"""GET /api/telephony/queue/status — who waits, who is free, and how long it takes."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony_bare
from tandem.routing.models import QueueStatus
from tandem.routing.service import status
from tandem.shapes import Name


@endpoint("GET", "/api/telephony/queue/status", telephony_bare, guard=key_or_session("read:telephony"))
def handler(caller: Caller, queue: Name | None = None) -> QueueStatus:
    """The queues now, or one of them. `averageWaitTime`: in seconds, over the last hour."""
    return status(caller.tenant_id, queue)
