"""Real peers on the loopback interface that misbehave in every way we know."""

import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from tandem import egress

LOOPBACK = egress.networks("127.0.0.0/8,::1/128")


GRACE = 0.5


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


Behaviour = Callable[[socket.socket], None]


class Peer:
    """A listener that treats each connection as it is told to, and keeps what it was sent."""

    def __init__(self, behaviour: Behaviour, host: str = "127.0.0.1", port: int = 0) -> None:
        self.behaviour = behaviour
        self.connections = 0
        self._socket = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        self.port: int = self._socket.getsockname()[1]
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.behaviour(connection)
            except OSError:
                return

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in [self._acceptor, *self._threads]:
            thread.join(5)


def request_of(connection: socket.socket) -> bytes:
    """A request to its end: a peer that closes with something unread may take its own answer back."""
    head, body = head_of(connection)
    length = sum(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def head_of(connection: socket.socket) -> tuple[bytes, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body


def answering(answer: bytes, *, then_wait: bool = False) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(answer)
        if then_wait:
            connection.recv(1)

    return behave


def dripping(start: bytes, drop: bytes) -> Behaviour:
    def behave(connection: socket.socket) -> None:
        request_of(connection)
        connection.sendall(start)
        while True:
            connection.sendall(drop)
            time.sleep(0.02)

    return behave


SLOW: dict[str, Behaviour] = {
    "silent": answering(b"", then_wait=True),
    "slow_status_line": dripping(b"", b"H"),
    "slow_headers": dripping(b"HTTP/1.1 200 OK\r\n", b"x"),
    "slow_body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x"),
    "slow_chunks": dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "slow_endless_body": dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "endless_100_continue": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "body_never_comes": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", then_wait=True),
}


BROKEN: dict[str, tuple[Behaviour, str]] = {
    "closed_at_once": (lambda connection: None, "reset"),
    "closed_after_request": (answering(b""), "reset"),
    "cut_body": (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), "reset"),
    "cut_chunk": (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "reset"),
    "cut_headers": (answering(b"HTTP/1.1 200 OK\r\nContent-Le"), "any"),
    "not_http": (answering(b"220 smtp.example ESMTP\r\n"), "protocol"),
    "strange_status": (answering(b"HTTP/1.1 abc OK\r\n\r\n"), "protocol"),
    "strange_chunk": (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "reset"),
    "long_line": (answering(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 70_000 + b"\r\n\r\n"), "protocol"),
    "many_headers": (answering(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 200 + b"\r\n"), "protocol"),
    "endless_headers": (answering(b"HTTP/1.1 200 OK\r\n" + (b"A: " + b"x" * 60_000 + b"\r\n") * 20), "protocol"),
}


def resolving(*addresses: str) -> egress.Resolver:
    def resolve(host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def post(url: str, **changed: Any) -> egress.Response:
    arguments: dict[str, Any] = {"headers": {}, "body": b"{}", "deadline": 5.0, "limit": 65536, "allow": LOOPBACK}
    return egress.request("POST", url, **(arguments | changed))
