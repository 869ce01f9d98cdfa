"""What is to be done about what was said in a call, step by step, whichever message says that there is something."""

from datetime import datetime

from tandem.calls import lookup as calls
from tandem.recordings import requests
from tandem.recordings import service as recordings
from tandem.recordings.models import RecordingWanted
from tandem.sweeping import each
from tandem.transcripts import jobs, moods, transcription
from tandem.transcripts import service as transcripts


def attend(wanted: RecordingWanted) -> None:
    """Fetch a recording and have it transcribed, or take over the text and tell its mood: as far as it goes now.
    Raises recordings.NotReady while the recording may still come."""
    if not wanted.call_id:
        return
    if wanted.about == "recording":
        transcription.look(recordings.store(wanted))
        return
    call = calls.get_call(wanted.tenant_id, wanted.call_id)
    transcription.look(call)
    transcripts.close_silent(call.tenant_id, call.call_id)
    moods.look(call.tenant_id, call.call_id)


def wake_due(moment: datetime) -> int:
    """Send messages about what should be complete by now; how many."""
    return each(jobs.due(moment), lambda due: requests.look_at_transcript(*due))
