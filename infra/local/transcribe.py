"""A stand-in for Amazon Transcribe: it reads the words that a recording has as its comment, and writes the result that
the service would write. Like the service, it reads and writes in the name of who begins a job.
"""

import json
from collections.abc import Iterator
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.model import ACCOUNT, ADMIN_KEY, ADMIN_SECRET, Deployment
from tandem.carriers.audio import channels_of, is_audio

_SHORTEST = 0.5
"""Seconds of sound that the service wants at least."""

Line = dict[str, Any]


class Transcribe:
    """StartTranscriptionJob and GetTranscriptionJob; a job is over as soon as it is begun."""

    def __init__(self, deployment: Deployment, url: str) -> None:
        self._deployment = deployment
        self._url = url
        self._stores: dict[str | None, Any] = {}
        self.jobs: dict[str, dict[str, Any]] = {}

    def clear(self) -> None:
        """No job was ever begun."""
        self.jobs.clear()

    def __call__(self, request: AwsRequest) -> Answer:
        """Answer a request of the service."""
        if request.operation == "StartTranscriptionJob":
            return self._start(request)
        if request.operation == "GetTranscriptionJob":
            job = self.jobs.get(str(request.json.get("TranscriptionJobName")))
            return _answer(job) if job else error(request, "NotFoundException", "The requested job couldn't be found.")
        return error(request, "UnknownOperationException", f"{request.operation} is not served by the local stack")

    def _start(self, request: AwsRequest) -> Answer:
        wanted = request.json
        name = str(wanted["TranscriptionJobName"])
        if name in self.jobs:
            return error(request, "ConflictException", "The requested job name already exists.")
        bucket, _, key = wanted["Media"]["MediaFileUri"].removeprefix("s3://").partition("/")
        store = self._store(request)
        try:
            audio = store.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError:
            return error(request, "BadRequestException", "The S3 URI that you provided can't be accessed.")
        job = {"TranscriptionJobName": name, "TranscriptionJobStatus": "IN_PROGRESS", "Media": wanted["Media"]}
        self.jobs[name] = job
        if reason := _flaw(audio):
            job |= {"TranscriptionJobStatus": "FAILED", "FailureReason": reason}
            return _answer({**job, "TranscriptionJobStatus": "IN_PROGRESS"})
        result = {"jobName": name, "accountId": ACCOUNT, "status": "COMPLETED", "results": results(audio, wanted)}
        body = json.dumps(result).encode()
        try:
            store.put_object(Bucket=wanted["OutputBucketName"], Key=wanted["OutputKey"], Body=body)
        except ClientError as refusal:
            job |= {"TranscriptionJobStatus": "FAILED", "FailureReason": str(refusal)}
        else:
            job["TranscriptionJobStatus"] = "COMPLETED"
        return _answer({**job, "TranscriptionJobStatus": "IN_PROGRESS"})

    def _store(self, request: AwsRequest) -> Any:
        caller = self._deployment.by_key(request.access_key)
        if request.access_key not in self._stores:
            self._stores[request.access_key] = boto3.client(
                "s3",
                region_name=self._deployment.region,
                endpoint_url=self._url,
                aws_access_key_id=caller.credentials.key if caller else ADMIN_KEY,
                aws_secret_access_key=caller.credentials.secret if caller else ADMIN_SECRET,
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return self._stores[request.access_key]


def results(audio: bytes, wanted: dict[str, Any]) -> dict[str, Any]:
    """The part `results` of what the service writes: https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html."""
    lines = spoken(audio)
    text = " ".join(line["text"] for line in lines)
    found: dict[str, Any] = {"language_code": "en-US", "transcripts": [{"transcript": text}]}
    settings = wanted.get("Settings", {})
    items = [item for line in lines for item in _items(line)]
    if settings.get("ChannelIdentification"):
        channels = {"ch_0": [line for line in lines if line["role"] == "user"]}
        channels["ch_1"] = [line for line in lines if line["role"] != "user"]
        found["channel_labels"] = {
            "number_of_channels": len(channels),
            "channels": [
                {"channel_label": label, "items": [item for line in said for item in _items(line)]}
                for label, said in channels.items()
            ],
        }
    elif settings.get("ShowSpeakerLabels"):
        voices = {role: f"spk_{number}" for number, role in enumerate(dict.fromkeys(line["role"] for line in lines))}
        found["speaker_labels"] = {
            "speakers": len(voices),
            "segments": [_segment(line, voices[line["role"]]) for line in lines],
        }
    return {**found, "items": items}


def spoken(audio: bytes) -> list[Line]:
    """The words in the comment of a WAV file (chunk LIST, ICMT): who says what, and when. Sound alone says nothing."""
    at = audio.find(b"ICMT")
    if at < 0:
        return []
    size = int.from_bytes(audio[at + 4 : at + 8], "little")
    lines: list[Line] = json.loads(audio[at + 8 : at + 8 + size].rstrip(b"\0"))
    return lines


def _items(line: Line) -> Iterator[dict[str, Any]]:
    """The words of a line, each as long as it has letters, with punctuation of its own."""
    words = line["text"].split()
    total = sum(len(word) for word in words)
    at = line["start"]
    for word in words:
        bare = word.rstrip(",.!?")
        end = at + (line["end"] - line["start"]) * len(word) / total
        yield {
            "type": "pronunciation",
            "start_time": f"{at:.3f}",
            "end_time": f"{end:.3f}",
            "alternatives": [{"confidence": "0.999", "content": bare}],
        }
        if bare != word:
            mark = word[len(bare) :]
            yield {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": mark}]}
        at = end


def _segment(line: Line, voice: str) -> dict[str, Any]:
    words = [item for item in _items(line) if item["type"] == "pronunciation"]
    times = [{"start_time": word["start_time"], "end_time": word["end_time"]} for word in words]
    return {
        "speaker_label": voice,
        "start_time": times[0]["start_time"],
        "end_time": times[-1]["end_time"],
        "items": [{**one, "speaker_label": voice} for one in times],
    }


def _flaw(audio: bytes) -> str | None:
    """Why the service would not transcribe this."""
    kind = is_audio(audio[:64])
    if kind is None:
        return "The data in your input media file isn't valid. Check the media file and try your request again."
    seconds = (len(audio) - 44) / (16_000 * channels_of(audio[:64]))
    if kind == "audio/wav" and seconds < _SHORTEST:
        return "Your audio file must have a speech segment long enough in duration to perform automatic transcription."
    return None


def _answer(job: dict[str, Any]) -> Answer:
    body = json.dumps({"TranscriptionJob": job}).encode()
    return Answer(200, body, [("Content-Type", "application/x-amz-json-1.1")])
