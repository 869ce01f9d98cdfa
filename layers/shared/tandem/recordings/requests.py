"""Asking for a recording to be fetched, or its text: a message on the queue. The records are the truth."""

from tandem.aws import queue
from tandem.config import settings
from tandem.recordings.models import RecordingWanted


def send(tenant_id: str, call_id: str) -> None:
    """Ask for the recording of a call to be fetched."""
    _send(RecordingWanted(tenant_id=tenant_id, call_id=call_id))


def look_at_transcript(tenant_id: str, call_id: str) -> None:
    """Ask for whatever is to be done about the transcript of a call."""
    _send(RecordingWanted(tenant_id=tenant_id, call_id=call_id, about="transcript"))


def _send(message: RecordingWanted) -> None:
    queue.send(settings().recording_queue, [(message.model_dump_json(exclude={"received"}, exclude_defaults=True), 0)])
