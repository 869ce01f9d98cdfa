"""DELETE /api/telephony/calls/{call_id}/recording — delete a call's recording for good."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.recordings import service as recordings
from tandem.recordings.models import RecordingDeleted


@endpoint("DELETE", "/api/telephony/calls/{call_id}/recording", telephony, guard=key_or_session("write:recordings"))
def handler(caller: Caller, call_id: str) -> RecordingDeleted:
    """Every version in the store, and the carrier's copy where its API allows; `copies` tells what became of each."""
    return recordings.delete(caller.tenant_id, call_id, actor=caller.actor)
