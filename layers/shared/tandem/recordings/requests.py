"""Asking for a recording to be fetched: a message on the queue. The call's own record is the truth."""

from tandem.aws import queue
from tandem.config import settings
from tandem.recordings.models import RecordingWanted


def send(tenant_id: str, call_id: str) -> None:
    """Ask for the recording of a call to be fetched."""
    message = RecordingWanted(tenant_id=tenant_id, call_id=call_id).model_dump_json(exclude={"received"})
    queue.send(settings().recording_queue, [(message, 0)])
