"""GET /api/telephony/calls/{call_id}/recording — a link to a call's recording."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.recordings import service as recordings
from tandem.recordings.models import RecordingLink


@endpoint("GET", "/api/telephony/calls/{call_id}/recording", telephony, guard=key_or_session("read:recordings"))
def handler(caller: Caller, call_id: str) -> RecordingLink:
    """A download link that anyone can use for 15 minutes."""
    return recordings.link(caller.tenant_id, call_id)
