"""What we do with recordings: fetch them from the carrier, link to them, stream them, delete them."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from typing import IO

from tandem import clock
from tandem.aws import bucket
from tandem.aws.bucket import ObjectMissing
from tandem.calls.lookup import get_call
from tandem.calls.models import Call, Recording, RecordingState
from tandem.calls.recording import change_recording, delete_recording, recording_erased
from tandem.carriers.audio import is_audio
from tandem.carriers.base import RecordingUnavailable
from tandem.carriers.registry import carrier
from tandem.errors import NotFound, Problem, Unavailable
from tandem.observability import count, logger
from tandem.recordings.models import (
    EXTENSIONS,
    LARGEST,
    LINK_SECONDS,
    RETRY_SECONDS,
    ErasedCopies,
    RecordingDeleted,
    RecordingLink,
    RecordingWanted,
    Span,
    etag,
    key_prefix,
    object_key,
)

_ACTOR = "worker:recordings"
_IN_MEMORY = 8 * 1024 * 1024


class NotReady(Exception):
    """The carrier could not give the audio; try again in `seconds`."""

    def __init__(self, seconds: int, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class NotAudio(Exception):
    """What the carrier gave is not audio, or far too much of it: trying again is of no use."""


def store(wanted: RecordingWanted) -> Call:
    """Fetch a call's recording into the bucket, once; the call then. Raises NotReady while it may still come."""
    call = get_call(wanted.tenant_id, wanted.call_id)
    recording = call.recording
    if call.recording_state == RecordingState.DELETED:
        _erase(call, actor=_ACTOR)
        return call
    if recording is None or recording.state != RecordingState.PENDING:
        return call
    try:
        stored = _fetch(call, recording)
    except NotAudio as refusal:
        logger().warning("recording refused", call_id=call.call_id, reason=str(refusal))
        count("RecordingRefused")
        stored = replace(recording, state=RecordingState.FAILED)
    except RecordingUnavailable as failure:
        if wanted.received <= len(RETRY_SECONDS):
            raise NotReady(RETRY_SECONDS[wanted.received - 1], str(failure)) from failure
        logger().error("recording given up", call_id=call.call_id, reason=str(failure))
        count("RecordingLost")
        stored = replace(recording, state=RecordingState.FAILED)
    call = change_recording(call.tenant_id, call.call_id, stored, actor=_ACTOR)
    if call.recording_state == RecordingState.DELETED:  # while it was fetched: what was stored since goes too
        bucket.erase(key_prefix(call.tenant_id, call.call_id))
    return call


def link(tenant_id: str, call_id: str) -> RecordingLink:
    """A download link, good for 15 minutes. Raises NotFound."""
    recording = find(tenant_id, call_id)
    name = f"call-{call_id}.{EXTENSIONS[str(recording.content_type)]}"
    expires_at = clock.now() + timedelta(seconds=LINK_SECONDS)
    url = bucket.link(str(recording.key), LINK_SECONDS, content_type=str(recording.content_type), file_name=name)
    return RecordingLink(download_url=url, expires_at=clock.iso(expires_at), expires_in=LINK_SECONDS)


def delete(tenant_id: str, call_id: str, *, actor: str) -> RecordingDeleted:
    """Delete a call's recording for good: from now on nobody gets it, and every copy within reach is erased. What
    cannot be reached now is tried again by the schedule. Raises NotFound."""
    moment = clock.now()
    call = delete_recording(tenant_id, call_id, moment, actor=actor)
    copies = _erase(call, actor=actor)
    state = RecordingState.DELETED.value
    return RecordingDeleted(call_id=call_id, recording_state=state, deleted_at=clock.iso(moment), copies=copies)


def stream_url(recording: Recording) -> str:
    """Where a client is sent that asked for more bytes than a function can answer: good for one minute."""
    content_type = str(recording.content_type)
    name = f"recording.{EXTENSIONS[content_type]}"
    return bucket.link(str(recording.key), 60, content_type=content_type, file_name=name)


def find(tenant_id: str, call_id: str) -> Recording:
    """The recording of a call, there to be heard. Raises NotFound saying why not."""
    call = get_call(tenant_id, call_id)
    recording = call.recording
    if recording is not None and recording.state == RecordingState.AVAILABLE:
        return recording
    if recording is not None and recording.state == RecordingState.PENDING:
        raise NotFound(
            "The recording is being fetched from the carrier; call.recording.available tells when it is here."
        )
    if recording is not None and recording.state == RecordingState.DELETED:
        raise NotFound("The recording was deleted.")
    if not call.recording_enabled:
        raise NotFound("Recording was switched off for this call.")
    raise NotFound("This call has no recording.")


def etag_of(recording: Recording) -> str:
    """The validator of a stored recording."""
    stored_at = clock.iso(recording.stored_at) if recording.stored_at else ""
    return etag(str(recording.key), stored_at, int(recording.size or 0))


def read(recording: Recording, wanted: Span) -> bytes:
    """Bytes of a recording. Raises NotFound when the store has lost it."""
    try:
        return bucket.read(str(recording.key), wanted.start, wanted.length)
    except ObjectMissing as error:
        raise NotFound("The recording is not in the store any more.") from error


def _erase(call: Call, *, actor: str) -> ErasedCopies:
    try:
        bucket.erase(key_prefix(call.tenant_id, call.call_id))
        store_copy = "deleted"
    except Unavailable:
        store_copy = "pending"
    try:
        source = call.recording.source if call.recording else ""
        carrier_copy = "deleted" if carrier(call.carrier).delete_recording(source) else "kept"
    except (RecordingUnavailable, Problem):
        carrier_copy = "pending"
    if "pending" in (store_copy, carrier_copy):
        logger().warning("not every copy is erased", call_id=call.call_id, store=store_copy, carrier=carrier_copy)
        count("RecordingErasurePending")
    elif call.erases_recording:
        recording_erased(call, actor=actor)
    return ErasedCopies(store=store_copy, carrier=carrier_copy)


def _fetch(call: Call, recording: Recording) -> Recording:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size = _copy(call, recording, file)
        file.seek(0)
        content_type = is_audio(file.read(64))
        if content_type is None or content_type not in EXTENSIONS:
            raise NotAudio(f"{size} bytes that are not audio")
        file.seek(0)
        key = object_key(call.tenant_id, call.call_id, content_type)
        bucket.upload(key, file, content_type)
    return replace(
        recording, state=RecordingState.AVAILABLE, key=key, content_type=content_type, size=size, stored_at=clock.now()
    )


def _copy(call: Call, recording: Recording, file: IO[bytes]) -> int:
    size = 0
    for chunk in carrier(call.carrier).fetch_recording(recording.source):
        size += len(chunk)
        if size > LARGEST:
            raise NotAudio(f"more than {LARGEST} bytes")
        file.write(chunk)
    return size
