"""Answers that are read as they come."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tandem import egress
from tests.unit.egress.peers import BROKEN, GRACE, LOOPBACK, OK, SLOW, Peer, answering


def fetch(url: str, *, limit: int = 1 << 20, deadline: float = 5.0) -> tuple[int, bytes]:
    with egress.stream(url, headers={}, deadline=deadline, limit=limit, allow=LOOPBACK) as download:
        return download.status, b"".join(download.chunks)


def test_a_stream_is_read_to_its_end(peer: Callable[..., Peer]) -> None:
    audio = bytes(range(256)) * 4000
    listener = peer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(audio) + audio))
    assert fetch(f"http://127.0.0.1:{listener.port}/") == (200, audio)


def test_a_stream_beyond_its_limit_is_too_large(peer: Callable[..., Peer]) -> None:
    listener = peer(answering(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(5000)))
    with pytest.raises(egress.TooLarge):
        fetch(f"http://127.0.0.1:{listener.port}/", limit=4999)
    assert len(fetch(f"http://127.0.0.1:{listener.port}/", limit=5000)[1]) == 5000
    framed = peer(answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 20_000))
    with pytest.raises(egress.TooLarge):
        fetch(f"http://127.0.0.1:{framed.port}/", limit=19_000)


def test_a_stream_that_drips_or_breaks_off_fails(peer: Callable[..., Peer]) -> None:
    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        fetch(f"http://127.0.0.1:{peer(SLOW['slow_body']).port}/", deadline=0.4)
    assert time.monotonic() - started <= 0.4 + GRACE
    with pytest.raises(egress.Unreachable):
        fetch(f"http://127.0.0.1:{peer(BROKEN['cut_body'][0]).port}/")


def test_a_failure_of_the_reader_of_a_stream_stays_its_own(peer: Callable[..., Peer]) -> None:
    port = peer(answering(OK)).port
    with (
        pytest.raises(FileNotFoundError),
        egress.stream(f"http://127.0.0.1:{port}/", headers={}, deadline=5, limit=10, allow=LOOPBACK),
    ):
        raise FileNotFoundError


def test_a_stream_to_a_special_address_connects_to_nothing(connects: list[Any]) -> None:
    with (
        pytest.raises(egress.AddressRefused),
        egress.stream("https://169.254.169.254/", headers={}, deadline=5, limit=10),
    ):
        pass
    assert connects == []
