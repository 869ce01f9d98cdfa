"""Answering with audio: whole, in part, or by sending the client to the store."""

from collections.abc import Mapping

from tandem.calls.models import Recording
from tandem.entry.answer import Answer
from tandem.recordings import service as recordings
from tandem.recordings.models import LARGEST_ANSWER, RangeUnsatisfiable, Span, span


def audio_answer(recording: Recording, asked: Mapping[str, str]) -> Answer:
    """The bytes that the request's headers ask for: 200, 206 with a range, 416 for a range outside, 302 for more than a
    Lambda function can answer (RFC 9110 §14)."""
    # No validator is ever given out, so that an If-Range cannot match: then the whole is sent (RFC 9110 §13.1.5).
    range_header = None if "if-range" in asked else asked.get("range")
    size = int(recording.size or 0)
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": "inline"}
    content_type = str(recording.content_type)
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
