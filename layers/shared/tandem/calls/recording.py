"""What becomes of a call's recording."""

from dataclasses import replace
from datetime import datetime

from tandem.calls import changes
from tandem.calls.lookup import get_call
from tandem.calls.models import Call, Recording, RecordingState
from tandem.errors import NotFound


def change_recording(tenant_id: str, call_id: str, recording: Recording, *, actor: str) -> Call:
    """Write down what became of a recording that was being fetched; what is decided already stays, and so does the
    wish for another one that the carrier has told of meanwhile."""

    def decide(present: Call) -> Call:
        awaited = present.recording if present.awaits_recording else None
        return replace(present, recording=recording) if awaited and awaited.source == recording.source else present

    return changes.change(get_call(tenant_id, call_id), decide, actor=actor, action="call.recording")


def delete_recording(tenant_id: str, call_id: str, moment: datetime, *, actor: str) -> Call:
    """Take a call's recording for deleted from now on; its copies are still to be erased. Raises NotFound when there is
    none, or it was deleted before."""

    def decide(present: Call) -> Call:
        if present.recording is None or present.recording_state == RecordingState.DELETED:
            return present
        deleted = replace(present.recording, state=RecordingState.DELETED, deleted_at=moment, erasing=True)
        return replace(present, recording=deleted)

    call = changes.change(get_call(tenant_id, call_id), decide, actor=actor, action="call.recording.delete")
    if call.recording is None:
        raise NotFound("This call has no recording.")
    if call.recording.deleted_at != moment:
        raise NotFound("The recording was deleted before.")
    return call


def recording_erased(call: Call, *, actor: str) -> None:
    """Write down that no copy of a call's deleted recording is left that could be erased."""

    def decide(present: Call) -> Call:
        recording = present.recording
        return replace(present, recording=replace(recording, erasing=False)) if recording else present

    changes.change(call, decide, actor=actor, action="call.recording.erased")
