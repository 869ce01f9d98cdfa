"""Recordings: limits, names, and HTTP ranges. Pure."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import unquote_plus

from pydantic import BaseModel, model_validator

from tandem.records import record
from tandem.shapes import View

LARGEST = 100 * 1024 * 1024
"""Bytes of audio that are fetched at most: over seven hours of telephone sound as MP3."""

LINK_SECONDS = 900
"""How long a download link lives."""

LARGEST_ANSWER = 4 * 1024 * 1024
"""Bytes that a function answers itself; a Lambda answer ends at 6 MB of base64. What is larger is redirected."""

RETRY_SECONDS = (5, 15, 60, 300)
"""Waits between attempts at fetching audio that the carrier does not have ready."""

EXTENSIONS = {
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/amr": "amr",
}


_RESULT = "transcript.json"


class RecordingWanted(BaseModel):
    """A message: fetch the recording of this call, or look what is to be done about its transcript. `received`: how
    often it came. S3 writes such messages in its own words when a result is there; one about nothing of ours names no
    call."""

    tenant_id: str = ""
    call_id: str = ""
    about: Literal["recording", "transcript"] = "recording"
    received: int = 1

    @model_validator(mode="before")
    @classmethod
    def _told_by_the_store(cls, message: Any) -> Any:
        if not isinstance(message, Mapping) or "call_id" in message:
            return message
        records = message.get("Records") or [{}]
        key = unquote_plus(str(records[0].get("s3", {}).get("object", {}).get("key", "")))
        tenant_id, _, rest = key.partition("/")
        call_id, _, kind = rest.partition(".")
        if kind != _RESULT:
            return {"received": message.get("received", 1)}
        return {**message, "tenant_id": tenant_id, "call_id": call_id, "about": "transcript"}


class RecordingLink(View):
    """Where a recording can be downloaded, and until when; `expiresIn` in seconds."""

    download_url: str
    expires_at: str
    expires_in: int


class ErasedCopies(View):
    """What became of the copies of a deleted recording: `deleted`, `pending` while the place could not be asked, which
    is repeated, or `kept` where the carrier's API cannot delete."""

    store: str
    carrier: str


class RecordingDeleted(View):
    """A recording that was deleted, for good."""

    call_id: str
    recording_state: str
    deleted_at: str
    copies: ErasedCopies


class RangeUnsatisfiable(Exception):
    """The range lies outside of the recording."""


@record
class Span:
    """Bytes to answer: from `start`, so many."""

    start: int
    length: int


_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def span(header: str | None, size: int) -> Span | None:
    """The bytes that a Range header asks for; None where it is absent or not understood, which means all of them
    (RFC 9110 §14.2). Raises RangeUnsatisfiable."""
    match = _RANGE.fullmatch(header.replace(" ", "")) if header else None
    if match is None or not any(match.groups()):
        return None
    first, last = match.groups()
    if not first:  # the last n bytes
        length = min(int(last), size)
        if length == 0:
            raise RangeUnsatisfiable
        return Span(size - length, length)
    start, end = int(first), int(last) if last else size - 1
    if end < start and last:
        return None
    if start >= size:
        raise RangeUnsatisfiable
    return Span(start, min(end, size - 1) - start + 1)


def key_prefix(tenant_id: str, call_id: str) -> str:
    """What the names of all objects of a call's recording begin with."""
    return f"{tenant_id}/{call_id}."


def result_key(tenant_id: str, call_id: str) -> str:
    """Where the text of a recording lies, until it goes with it."""
    return key_prefix(tenant_id, call_id) + _RESULT


def etag(recording_key: str, stored_at: str, size: int) -> str:
    """The validator of stored audio, which never changes."""
    return f'"{hashlib.sha256(f"{recording_key} {stored_at} {size}".encode()).hexdigest()[:32]}"'


def object_key(tenant_id: str, call_id: str, content_type: str) -> str:
    """Where a recording lies in the bucket: the tenant first."""
    return key_prefix(tenant_id, call_id) + EXTENSIONS[content_type]
