"""GET /api/voice/recordings/{conversation_id} — what was recorded of a conversation."""

from tandem.conversations.shapes import RecordingAnswer
from tandem.conversations.spoken import recording_of
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.answer import WithStatus
from tandem.entry.dialects import voice_analytics


@endpoint(
    "GET",
    "/api/voice/recordings/{conversation_id}",
    voice_analytics,
    guard=key_or_session("read:recordings", limit="recordings"),
    answers={404: "There is no such conversation; or nothing of it is recorded: then `available` is false."},
)
def handler(caller: Caller, conversation_id: str) -> WithStatus[RecordingAnswer]:
    """Links that anyone can use for 15 minutes. 404 with a `recording` that is not available where there is none."""
    found = recording_of(caller.tenant_id, conversation_id)
    return WithStatus(found, 200 if found.recording.available else 404)
