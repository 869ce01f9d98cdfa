"""Recordings of people become transcripts: a job of Amazon Transcribe, its result, and what to do where there is none.

Nothing here depends on which message brought it: each look takes the transcription as far as it goes.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from tandem import clock
from tandem.aws import bucket, transcription
from tandem.aws.bucket import ObjectMissing
from tandem.aws.transcription import Progress, Refused, Speakers
from tandem.calls.models import INBOUND, Call, RecordingState
from tandem.carriers.audio import HEAD, channels_of
from tandem.observability import count, logger
from tandem.recordings.models import result_key
from tandem.transcripts import jobs, service, store, transcribed
from tandem.transcripts.jobs import Job, JobStatus
from tandem.transcripts.models import Role

ATTEMPTS = 3
"""Jobs that are begun for one recording."""

GIVE_UP = timedelta(hours=24)
"""After this a job that the service neither completes nor fails is taken as failed."""

SOURCE = "transcribe"

_HEAD = max(HEAD, 64)


def look(call: Call) -> None:
    """Take the transcription of a call's recording as far as it goes now. Raises Unavailable."""
    if not call.transcription_enabled or call.recording_state != RecordingState.AVAILABLE:
        return
    job = jobs.get(call.tenant_id, call.call_id)
    if job is None:
        _begin(call)
    elif job.status == JobStatus.STARTED and not _finished(call, job):
        _follow(call, job)


def _begin(call: Call) -> None:
    if store.get(call.tenant_id, call.call_id) is not None:
        return  # whoever carried the call knows better what was said in it
    job = Job(call.tenant_id, call.call_id, JobStatus.STARTED, attempt=1, started_at=_now())
    if jobs.insert(job):
        _start(call, job)


def _start(call: Call, job: Job) -> None:
    audio_key = str(call.recording.key) if call.recording else ""
    try:
        speakers = _speakers(call, audio_key)
        transcription.start(job.name, audio_key, result_key(call.tenant_id, call.call_id), speakers)
    except (Refused, ObjectMissing) as refusal:
        _failed(call, job, f"refused: {refusal}")


def _finished(call: Call, job: Job) -> bool:
    """Whether the result is here: then it is taken over."""
    try:
        document = bucket.read_whole(result_key(call.tenant_id, call.call_id))
    except ObjectMissing:
        return False
    try:
        turns = transcribed.turns(document, _roles(call), Role.USER)
    except transcribed.Unreadable as error:
        _end(job, JobStatus.FAILED, f"the result cannot be read: {error}")
        return True
    service.finish(call.tenant_id, call.call_id, SOURCE, turns=turns)
    _end(job, JobStatus.DONE, None)
    return True


def _follow(call: Call, job: Job) -> None:
    """Ask about a job whose result is not here."""
    told = transcription.state(job.name)
    if told.progress == Progress.FAILED:
        _failed(call, job, told.reason)
    elif _now() - job.started_at >= GIVE_UP:
        _end(job, JobStatus.FAILED, "the service never told of the end")
    elif jobs.replace_with(job, job, _now()) and told.progress == Progress.UNKNOWN:
        _start(call, job)  # we wrote that we would, and were cut short


def _failed(call: Call, job: Job, reason: str) -> None:
    if job.attempt >= ATTEMPTS:
        _end(job, JobStatus.FAILED, reason)
        return
    again = replace(job, attempt=job.attempt + 1, reason=reason)
    if jobs.replace_with(job, again, _now()):
        _start(call, replace(again, version=job.version + 1))


def _end(job: Job, status: JobStatus, reason: str | None) -> None:
    if status == JobStatus.FAILED:
        logger().error("transcription given up", call_id=job.call_id, attempts=job.attempt, reason=reason)
        count("TranscriptionFailed")
    jobs.replace_with(job, replace(job, status=status, reason=reason), _now())


def _speakers(call: Call, audio_key: str) -> Speakers:
    if channels_of(bucket.read(audio_key, 0, _HEAD)) >= 2:
        return Speakers.CHANNELS
    return Speakers.ONE if _is_message(call) else Speakers.VOICES


def _roles(call: Call) -> dict[str, Role]:
    """Who is who. The first channel is the customer's leg, which was there first. Of voices, ours begins where the
    customer called us, or was greeted; whom we call says hello first."""
    if _is_message(call):
        return {}
    ours_first = call.direction == INBOUND or call.greeting is not None
    channels = {"ch_0": Role.USER, "ch_1": Role.AGENT}
    voices = {f"spk_{number}": Role.USER if ours_first else Role.AGENT for number in range(10)}
    return {**channels, **voices, transcribed.FIRST: Role.AGENT if ours_first else Role.USER}


def _is_message(call: Call) -> bool:
    return call.flow is not None and call.flow.message_left


def _now() -> datetime:
    return clock.now()
