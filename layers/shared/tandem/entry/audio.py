"""Answering with audio: whole, in part, its headers alone, or by sending the client to the store."""

from collections.abc import Mapping

from tandem.calls.models import Recording
from tandem.entry.answer import Answer
from tandem.recordings import service as recordings
from tandem.recordings.models import LARGEST_ANSWER, RangeUnsatisfiable, Span, span


def audio_answer(recording: Recording, asked: Mapping[str, str], *, head: bool) -> Answer:
    """What the request's headers ask for: 200, 206 with a range, 304 where the client has it, 416 for a range outside,
    302 for more than a Lambda function can answer (RFC 9110 §13, §14). With `head` no bytes, and no redirect: a link to
    the store is good for one method."""
    size, content_type, tag = int(recording.size or 0), str(recording.content_type), recordings.etag_of(recording)
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": "inline", "ETag": tag}
    if _has_it(asked.get("if-none-match"), tag):
        return Answer("", content_type, 304, headers)
    if head:  # a range is asked of GET only (RFC 9110 §14.2)
        return Answer("", content_type, 200, headers | {"Content-Length": str(size)})
    range_header = asked.get("range") if asked.get("if-range", tag) == tag else None
    try:
        wanted = span(range_header, size)
    except RangeUnsatisfiable:
        return Answer("", content_type, 416, headers | {"Content-Range": f"bytes */{size}"})
    if wanted is None and size > LARGEST_ANSWER:
        return Answer("", content_type, 302, headers | {"Location": recordings.stream_url(recording)})
    part = wanted or Span(0, size)
    part = Span(part.start, min(part.length, LARGEST_ANSWER))
    data = recordings.read(recording, part)
    if wanted is None:
        return Answer(data, content_type, 200, headers)
    last = part.start + len(data) - 1
    return Answer(data, content_type, 206, headers | {"Content-Range": f"bytes {part.start}-{last}/{size}"})


def _has_it(if_none_match: str | None, tag: str) -> bool:
    """Whether the client's own copy is this one; the comparison is the weak one."""
    known = [one.strip().removeprefix("W/") for one in (if_none_match or "").split(",")]
    return tag in known or known == ["*"]
