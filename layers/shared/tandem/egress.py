"""Outbound HTTP to addresses that others chose: guarded, bounded in time and size, never redirected.

ExchangeFailed            the other side gave no complete answer
├── AddressRefused        we do not connect there, and did not
├── DeadlinePassed        the exchange was not over in time, wherever it stood
├── Unreachable           no such name, no connection, no TLS, not HTTP, or broken off; `word` says which
└── TooLarge              a stream went beyond its limit
"""

import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from queue import Empty, SimpleQueue
from typing import Any

from tandem.destinations import Address, Network, Target, networks, parse_address, refusal, target
from tandem.records import record

__all__ = [
    "AddressRefused",
    "DeadlinePassed",
    "Download",
    "ExchangeFailed",
    "Response",
    "TooLarge",
    "Unreachable",
    "networks",
    "request",
    "stream",
]

Resolver = Callable[..., Sequence[tuple[Any, ...]]]
"""What `socket.getaddrinfo` is."""

_HEAD_ALLOWANCE = 16 * 1024
_MOST_ADDRESSES = 4
_CHUNK = 64 * 1024


class ExchangeFailed(Exception):
    """The other side gave no complete answer. `word` names the reason for records and counts."""

    word = "failed"


class AddressRefused(ExchangeFailed):
    """The URL, or an address behind its name, is not one we connect to."""

    word = "address_refused"


class DeadlinePassed(ExchangeFailed):
    """The whole exchange, from the name to the last byte, was not over in time."""

    word = "timeout"


class Unreachable(ExchangeFailed):
    """No answer to be had: `word` is dns, connection, tls, protocol or reset."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(message)
        self.word = word


class TooLarge(ExchangeFailed):
    """The body is longer than the limit."""

    word = "too_large"


@record
class Response:
    """An answer. Header names are lower case; `truncated`: the body went on after the limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    truncated: bool


@record
class Download:
    """An answer whose body is still to come; reading `chunks` raises ExchangeFailed."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes = b"",
    deadline: float,
    limit: int,
    allow: Sequence[Network] = (),
    resolve: Resolver = socket.getaddrinfo,
) -> Response:
    """One exchange of at most `deadline` seconds; at most `limit` bytes of the answer's body are kept.
    `allow` opens special addresses and, for them, plain http. Raises ExchangeFailed."""
    ends = time.monotonic() + deadline
    where = _read(url)
    with _failures_named(), _connected(where, ends, allow, resolve) as sock:
        answer = _ask(_Wire(sock, ends, limit + _HEAD_ALLOWANCE), where, method, headers, body)
        received, truncated = _body(answer, limit)
        return Response(answer.status, _headers(answer), received, truncated)


@contextmanager
def stream(
    url: str,
    *,
    headers: Mapping[str, str],
    deadline: float,
    limit: int,
    allow: Sequence[Network] = (),
    resolve: Resolver = socket.getaddrinfo,
) -> Iterator[Download]:
    """GET a URL and read its body while the context lasts. Raises ExchangeFailed, TooLarge beyond `limit` bytes."""
    ends = time.monotonic() + deadline
    where = _read(url)
    with ExitStack() as held:
        with _failures_named():
            sock = held.enter_context(_connected(where, ends, allow, resolve))
            answer = _ask(_Wire(sock, ends, 2 * limit + _HEAD_ALLOWANCE), where, "GET", headers, b"")
        yield Download(answer.status, _headers(answer), _chunks(answer, limit))


def _read(url: str) -> Target:
    try:
        return target(url)
    except ValueError as error:
        raise AddressRefused(str(error)) from error


def _ask(wire: "_Wire", where: Target, method: str, headers: Mapping[str, str], body: bytes) -> HTTPResponse:
    connection = HTTPConnection(where.host, where.port)
    connection.sock = wire
    fixed = {"Host": where.authority, "Connection": "close"}
    # A peer may answer before it has read everything, and close: its answer counts.
    with suppress(BrokenPipeError):
        connection.request(method, where.path, body=body or None, headers={**headers, **fixed})
    return connection.getresponse()


def _headers(answer: HTTPResponse) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in answer.getheaders():
        name = name.lower()
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _body(answer: HTTPResponse, limit: int) -> tuple[bytes, bool]:
    received = bytearray()
    try:
        for piece in _pieces(answer, limit + 1):
            received += piece
    except _AllowanceSpent:
        return bytes(received[:limit]), True
    return bytes(received[:limit]), len(received) > limit


def _chunks(answer: HTTPResponse, limit: int) -> Iterator[bytes]:
    received = 0
    with _failures_named():
        try:
            for piece in _pieces(answer, limit + 1):
                received += len(piece)
                if received > limit:
                    raise _AllowanceSpent
                yield piece
        except _AllowanceSpent:
            raise TooLarge(f"the body is longer than {limit} bytes") from None


def _pieces(answer: HTTPResponse, most: int) -> Iterator[bytes]:
    left = most
    while left > 0 and (piece := answer.read1(min(left, _CHUNK))):
        left -= len(piece)
        yield piece
    if left > 0 and answer.length:
        raise ConnectionResetError


@contextmanager
def _failures_named() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise DeadlinePassed("the exchange was not over in time") from error
    except _AllowanceSpent as error:
        raise Unreachable("protocol", "the answer's head is too long") from error
    except ssl.SSLError as error:
        raise Unreachable("tls", f"TLS failed: {error.reason or type(error).__name__}") from error
    except (ConnectionError, IncompleteRead) as error:
        raise Unreachable("reset", "the connection was broken off") from error
    except (HTTPException, UnicodeError) as error:
        raise Unreachable("protocol", f"the answer is not HTTP: {type(error).__name__}") from error
    except OSError as error:
        raise Unreachable("reset", "the connection was broken off") from error


class _AllowanceSpent(Exception):
    """As many bytes were received as we take: the body's limit and some for the head and the framing."""


class _Wire(io.RawIOBase):
    """A connected socket for http.client on which no wait outlasts the deadline.

    A socket's own timeout starts again with each byte, so a peer that drips never meets it. Here each wait gets what
    is left of the whole.
    """

    def __init__(self, sock: socket.socket, ends: float, allowance: int) -> None:
        super().__init__()
        self._sock = sock
        self._ends = ends
        self._allowance = allowance

    def sendall(self, data: bytes) -> None:
        """Send everything."""
        self._sock.settimeout(_left(self._ends))
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        """The reading side."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """True, for BufferedReader."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive what is there, within time and allowance."""
        if self._allowance <= 0:
            raise _AllowanceSpent
        self._sock.settimeout(_left(self._ends))
        received = self._sock.recv_into(buffer, min(len(buffer), self._allowance))
        self._allowance -= received
        return received

    def close(self) -> None:
        """Nothing: http.client closes its side once the head is read; the exchange closes the socket."""


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@contextmanager
def _connected(where: Target, ends: float, allow: Sequence[Network], resolve: Resolver) -> Iterator[socket.socket]:
    addresses = _resolved(where, ends, resolve)
    if reason := refusal(where, addresses, allow):
        raise AddressRefused(reason)
    with _first_to_answer(addresses[:_MOST_ADDRESSES], where.port, ends) as plain:
        if where.scheme == "http":
            yield plain
            return
        plain.settimeout(_left(ends))
        with _tls().wrap_socket(plain, server_hostname=where.host.rstrip(".")) as secure:
            yield secure


def _resolved(where: Target, ends: float, resolve: Resolver) -> list[Address]:
    # The system's resolver cannot be given a deadline: it works in a thread that we can leave behind.
    answers: SimpleQueue[Sequence[tuple[Any, ...]] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(where.host, where.port, type=socket.SOCK_STREAM))
        except Exception as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_left(ends))
    except Empty:
        raise DeadlinePassed("the name was not resolved in time") from None
    if isinstance(answer, Exception):
        raise Unreachable("dns", "the name cannot be resolved") from answer
    addresses = list(dict.fromkeys(parse_address(str(entry[4][0])) for entry in answer))
    if not addresses:
        raise Unreachable("dns", "the name has no address")
    return addresses


def _first_to_answer(addresses: Sequence[Address], port: int, ends: float) -> socket.socket:
    """A connection to the first address that takes one. All are checked; none is looked up again."""
    for number, candidate in enumerate(addresses):
        share = _left(ends) / (len(addresses) - number)
        try:
            return _connection(candidate, port, share)
        except OSError as error:
            failure = error
    if isinstance(failure, TimeoutError):
        raise failure
    raise Unreachable("connection", "no connection to be had") from failure


def _connection(candidate: Address, port: int, timeout: float) -> socket.socket:
    sock = socket.socket(socket.AF_INET if candidate.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect((str(candidate), port))
        if parse_address(sock.getpeername()[0]) != candidate:
            raise AddressRefused("the connection leads elsewhere")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
