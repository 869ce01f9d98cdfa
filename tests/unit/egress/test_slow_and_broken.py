"""Peers that are slow, endless or broken."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tandem import egress
from tests.unit.egress.peers import (
    BROKEN,
    GRACE,
    SLOW,
    Peer,
    answering,
    dripping,
    post,
    request_of,
)


@pytest.mark.parametrize("name", SLOW)
def test_the_deadline_holds_against_a_slow_peer(name: str, peer: Callable[..., Peer]) -> None:
    listener = peer(SLOW[name])
    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        post(f"http://127.0.0.1:{listener.port}/", deadline=0.4)
    assert 0.3 <= time.monotonic() - started <= 0.4 + GRACE
    assert listener.connections == 1


def test_the_deadline_holds_while_sending_to_a_peer_that_does_not_read(peer: Callable[..., Peer]) -> None:
    hold = threading.Event()
    listener = peer(lambda connection: hold.wait(3) and None)
    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        post(f"http://127.0.0.1:{listener.port}/", body=bytes(30_000_000), deadline=0.4)
    assert time.monotonic() - started <= 0.4 + GRACE
    hold.set()


def test_the_deadline_holds_while_a_name_is_looked_up() -> None:
    answered = threading.Event()

    def resolve(host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        answered.wait(5)
        return []

    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        post("https://customer.example/", deadline=0.3, resolve=resolve)
    assert time.monotonic() - started <= 0.3 + GRACE
    answered.set()


@pytest.mark.parametrize(
    "start",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_an_endless_body_is_read_no_further_than_the_limit(start: bytes, peer: Callable[..., Peer]) -> None:
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n" if b"chunked" in start else b"x" * 0x8000

    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(start)
        while True:
            connection.sendall(chunk)

    answer = post(f"http://127.0.0.1:{peer(behave).port}/", limit=65536)
    assert (answer.status, answer.body, answer.truncated) == (200, b"x" * 65536, True)


def test_a_body_of_just_the_limit_is_whole_and_framing_counts_against_the_allowance(
    peer: Callable[..., Peer],
) -> None:
    whole = peer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789"))
    answer = post(f"http://127.0.0.1:{whole.port}/", limit=10)
    assert (answer.body, answer.truncated) == (b"0123456789", False)
    framed = peer(dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n" * 1000))
    answer = post(f"http://127.0.0.1:{framed.port}/", limit=10_000)
    assert answer.truncated
    assert 3_000 < len(answer.body) < 10_000


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_unreachable_and_says_how(name: str, peer: Callable[..., Peer]) -> None:
    behaviour, word = BROKEN[name]
    if word == "any":
        answer = post(f"http://127.0.0.1:{peer(behaviour).port}/")
        assert (answer.status, answer.body) == (200, b"")
        return
    with pytest.raises(egress.Unreachable) as failure:
        post(f"http://127.0.0.1:{peer(behaviour).port}/")
    assert failure.value.word == word
