"""Exchanges over TLS."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tandem import egress
from tests.unit.egress.peers import (
    GRACE,
    Behaviour,
    Peer,
    post,
    request_of,
    resolving,
)


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


def test_the_deadline_holds_during_the_tls_handshake(peer: Callable[..., Peer]) -> None:
    def mute(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    listener = peer(mute)
    started = time.monotonic()
    with pytest.raises(egress.DeadlinePassed):
        post(f"https://127.0.0.1:{listener.port}/", deadline=0.4)
    assert time.monotonic() - started <= 0.4 + GRACE
