"""Amazon Transcribe: jobs that turn a recording in the bucket into text in the bucket."""

from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import transcribe
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.records import record

if TYPE_CHECKING:
    from mypy_boto3_transcribe.type_defs import SettingsTypeDef


class Progress(StrEnum):
    """Where a job stands; UNKNOWN: there is no such job."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class Speakers(StrEnum):
    """How those who speak are told apart: each has a channel, or their voices differ, or there is just one."""

    CHANNELS = "channels"
    VOICES = "voices"
    ONE = "one"


@record
class JobState:
    """Where a job stands, and why it failed where it did."""

    progress: Progress
    reason: str = ""


class Refused(Exception):
    """The service does not take this job, now or later; the reason is its own."""


def start(name: str, audio_key: str, result_key: str, speakers: Speakers) -> None:
    """Begin to transcribe an object of the bucket, in whatever language it is, once for this name; the result becomes
    another object. Raises Refused or Unavailable."""
    bucket = settings().recordings_bucket
    wanted: SettingsTypeDef = {}
    if speakers == Speakers.CHANNELS:
        wanted = {"ChannelIdentification": True}
    elif speakers == Speakers.VOICES:
        wanted = {"ShowSpeakerLabels": True, "MaxSpeakerLabels": 2}
    try:
        transcribe().start_transcription_job(
            TranscriptionJobName=name,
            IdentifyLanguage=True,
            Media={"MediaFileUri": f"s3://{bucket}/{audio_key}"},
            OutputBucketName=bucket,
            OutputKey=result_key,
            Settings=wanted,
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConflictException":
            return  # this very job was begun before
        if code == "BadRequestException":
            raise Refused(error.response["Error"].get("Message", code)) from error
        raise Unavailable("Transcription does not answer.") from error
    except BotoCoreError as error:
        raise Unavailable("Transcription does not answer.") from error


def state(name: str) -> JobState:
    """Where a job stands. Raises Unavailable."""
    try:
        job = transcribe().get_transcription_job(TranscriptionJobName=name)["TranscriptionJob"]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NotFoundException", "BadRequestException"):
            return JobState(Progress.UNKNOWN)
        raise Unavailable("Transcription does not answer.") from error
    except BotoCoreError as error:
        raise Unavailable("Transcription does not answer.") from error
    progress = {"COMPLETED": Progress.COMPLETED, "FAILED": Progress.FAILED}
    return JobState(progress.get(job["TranscriptionJobStatus"], Progress.RUNNING), job.get("FailureReason", ""))
