"""Ranges of bytes, as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.recordings.models import RangeUnsatisfiable, Span, object_key, span


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-0", Span(0, 1)), ("bytes=0-99", Span(0, 100)), ("bytes=0-1000", Span(0, 100)),
        ("bytes=99-", Span(99, 1)), ("bytes=-1", Span(99, 1)), ("bytes=-1000", Span(0, 100)),
        (None, None), ("", None), ("bytes=-", None), ("bytes=2-1", None), ("items=0-1", None), ("bytes=0-1,2-3", None),
    ],
)  # fmt: skip
def test_a_range_is_read(header: str | None, expected: Span | None) -> None:
    assert span(header, 100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0"])
def test_a_range_outside_cannot_be_met(header: str) -> None:
    with pytest.raises(RangeUnsatisfiable):
        span(header, 100)


@given(header=st.text() | st.from_regex(r"bytes=\d{0,4}-\d{0,4}", fullmatch=True), size=st.integers(1, 500))
def test_whatever_is_asked_for_lies_within(header: str, size: int) -> None:
    try:
        wanted = span(header, size)
    except RangeUnsatisfiable:
        return
    assert wanted is None or (wanted.start >= 0 and wanted.length >= 1 and wanted.start + wanted.length <= size)


def test_nothing_of_nothing_can_be_sent() -> None:
    with pytest.raises(RangeUnsatisfiable):
        span("bytes=-5", 0)


def test_a_recording_lies_under_its_tenant() -> None:
    assert object_key("tenant", "call", "audio/mpeg") == "tenant/call.mp3"
