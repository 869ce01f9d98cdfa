"""Outbound exchanges against real peers on the loopback interface that misbehave in every way we know."""

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tandem import egress
from tests.unit.test_egress_destinations import SPECIAL

LOOPBACK = egress.networks("127.0.0.0/8,::1/128")
GRACE = 0.5
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

Behaviour = Callable[[socket.socket], None]

_connects: list[Any] = []
_watching = threading.Event()


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and _watching.is_set():
        _connects.append(arguments[1])


sys.addaudithook(_audit)


@pytest.fixture
def connects() -> Iterator[list[Any]]:
    """Every address that this process tries to connect to."""
    _connects.clear()
    _watching.set()
    yield _connects
    _watching.clear()


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


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(behaviour: Behaviour, **where: Any) -> Peer:
        made.append(Peer(behaviour, **where))
        return made[-1]

    yield make
    for each in made:
        each.close()


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


def resolving(*addresses: str) -> egress.Resolver:
    def resolve(host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        return [(socket.AF_UNSPEC, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


def post(url: str, **changed: Any) -> egress.Response:
    arguments: dict[str, Any] = {"headers": {}, "body": b"{}", "deadline": 5.0, "limit": 65536, "allow": LOOPBACK}
    return egress.request("POST", url, **(arguments | changed))


@pytest.mark.parametrize("address", SPECIAL)
def test_nothing_is_connected_to_behind_a_name_that_leads_to_a_special_address(
    address: str, connects: list[Any]
) -> None:
    with pytest.raises(egress.AddressRefused):
        post("https://customer.example/", allow=(), resolve=resolving("8.8.8.8", address))
    assert connects == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.1", "127.0.1", "0x7f000001", "0x7f.1", "2130706433", "0177.0.0.1", "017700000001", "0",
        "0.0.0.0", "localhost", "LOCALHOST", "localhost.", "127.0.0.1.", "127.0.0.2", "[::1]", "[::]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "１２７.0.0.1", "127。0。0。1", "①27.0.0.1", "ⓛocalhost", "127.0x0.0.1", "127.000.000.001",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_no_way_to_write_loopback_reaches_a_listener(
    scheme: str, host: str, peer: Callable[..., Peer], connects: list[Any]
) -> None:
    listener = peer(answering(OK))
    with pytest.raises(egress.ExchangeFailed) as refused:
        post(f"{scheme}://{host}:{listener.port}/", allow=())
    assert refused.value.word in ("address_refused", "dns")
    assert connects == []
    assert listener.connections == 0


def test_a_name_is_resolved_once_and_the_checked_address_is_the_one_connected_to(peer: Callable[..., Peer]) -> None:
    wanted = peer(answering(OK), host="127.0.0.2")
    secret = peer(answering(OK), host="127.0.0.1", port=wanted.port)
    answers = ["127.0.0.2", "127.0.0.1", "127.0.0.1"]

    def rebinding(host: str, port: int, **options: Any) -> Sequence[tuple[Any, ...]]:
        return resolving(answers.pop(0))(host, port, **options)

    url = f"http://customer.example:{wanted.port}/"
    assert post(url, allow=egress.networks("127.0.0.2/32"), resolve=rebinding).status == 200
    assert len(answers) == 2
    with pytest.raises(egress.AddressRefused):
        post(url, allow=egress.networks("127.0.0.2/32"), resolve=rebinding)
    assert (wanted.connections, secret.connections) == (1, 0)


def test_a_mixed_answer_is_refused_whole(peer: Callable[..., Peer]) -> None:
    listener = peer(answering(OK), host="127.0.0.2")
    with pytest.raises(egress.AddressRefused):
        post(
            f"http://customer.example:{listener.port}/",
            allow=egress.networks("127.0.0.2/32"),
            resolve=resolving("127.0.0.2", "169.254.169.254"),
        )
    assert listener.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(status: int, peer: Callable[..., Peer], connects: list[Any]) -> None:
    secret = peer(answering(OK))
    location = f"http://127.0.0.1:{secret.port}/latest/meta-data/"
    listener = peer(answering(f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()))
    answer = post(f"http://127.0.0.1:{listener.port}/")
    assert (answer.status, answer.headers["location"]) == (status, location)
    assert secret.connections == 0
    assert connects == [("127.0.0.1", listener.port)]


def test_an_exchange_carries_what_it_was_given(peer: Callable[..., Peer]) -> None:
    seen: list[bytes] = []

    def behave(connection: socket.socket) -> None:
        seen.append(request_of(connection))
        connection.sendall(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nConnection: close\r\n\r\nthanks")

    port = peer(behave).port
    answer = post(f"http://127.0.0.1:{port}/in?x=ü#gone", headers={"X-Own": "yes"}, body=b"the body")
    assert answer == egress.Response(201, {"x-a": "1, 2", "connection": "close"}, b"thanks", truncated=False)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /in?x=%C3%BC HTTP/1.1"
    assert {b"X-Own: yes", b"Host: 127.0.0.1:%d" % port, b"Content-Length: 8"} < set(lines)
    assert body == b"the body"


def test_the_next_address_is_tried_when_one_does_not_take_a_connection(peer: Callable[..., Peer]) -> None:
    listener = peer(answering(OK), host="127.0.0.2")
    answer = post(f"http://customer.example:{listener.port}/", resolve=resolving("::1", "127.0.0.3", "127.0.0.2"))
    assert answer.body == b"ok"


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


def test_the_deadline_holds_during_the_tls_handshake(peer: Callable[..., Peer]) -> None:
    def mute(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    listener = peer(mute)
    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        post(f"https://127.0.0.1:{listener.port}/", deadline=0.4)
    assert time.monotonic() - started <= 0.4 + GRACE


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


def test_a_closed_port_and_an_unknown_name_are_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(egress.Unreachable) as failure:
        post(f"http://127.0.0.1:{port}/")
    assert failure.value.word == "connection"

    def unknown(host: str, port: int, **_: Any) -> Sequence[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for resolve in (unknown, resolving()):
        with pytest.raises(egress.Unreachable) as failure:
            post("https://nowhere.example/", resolve=resolve)
        assert failure.value.word == "dns"


def test_an_answer_given_before_the_request_was_read_counts(peer: Callable[..., Peer]) -> None:
    def refuse_early(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 20):
            pass

    answer = post(f"http://127.0.0.1:{peer(refuse_early).port}/", body=bytes(5_000_000))
    assert answer.status == 413


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ssl.SSLContext]:
    """A server's TLS for `receiver.example`, trusted by this process as a machine's authority would be."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("receiver.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path / "authority.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    egress._tls.cache_clear()
    yield context
    egress._tls.cache_clear()


def over_tls(context: ssl.SSLContext, names: list[str | None], heads: list[bytes]) -> Behaviour:
    context.sni_callback = lambda sock, name, _: names.append(name)

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            heads.append(request_of(secure))
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    return behave


def test_tls_is_checked_for_the_name_while_the_connection_goes_to_the_address(
    certificates: ssl.SSLContext, peer: Callable[..., Peer]
) -> None:
    names: list[str | None] = []
    heads: list[bytes] = []
    port = peer(over_tls(certificates, names, heads)).port
    answer = post(f"https://receiver.example:{port}/", resolve=resolving("127.0.0.1"))
    assert answer.body == b"ok"
    assert names == ["receiver.example"]
    assert f"Host: receiver.example:{port}".encode() in heads[0]


def test_a_certificate_for_another_name_is_refused(certificates: ssl.SSLContext, peer: Callable[..., Peer]) -> None:
    heads: list[bytes] = []
    port = peer(over_tls(certificates, [], heads)).port
    with pytest.raises(egress.Unreachable) as failure:
        post(f"https://other.example:{port}/", resolve=resolving("127.0.0.1"))
    assert failure.value.word == "tls"
    assert heads == []


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


def test_the_tree_of_failures_is_complete_and_every_failure_has_a_word() -> None:
    drawn = {line.split()[1] for line in (egress.__doc__ or "").splitlines() if line.startswith(("├──", "└──"))}
    assert drawn == {kind.__name__ for kind in egress.ExchangeFailed.__subclasses__()}
    words = [egress.AddressRefused("").word, egress.DeadlinePassed("").word, egress.TooLarge("").word]
    assert len({*words, egress.Unreachable("dns", "").word}) == 4
