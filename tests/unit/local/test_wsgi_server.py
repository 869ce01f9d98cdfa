"""The endpoint of the local AWS, at the wire."""

import socket
from collections.abc import Iterator

import pytest

from infra.local.wsgi_server import WsgiServer


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    """To a server that says what it was sent."""

    def echo(environ, start_response):  # type: ignore[no-untyped-def]
        start_response("200 OK", [])
        return [environ["wsgi.input"].read()]

    server = WsgiServer(echo)
    server.start()
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as opened:
        yield opened
    server.stop()


def test_who_asks_for_leave_to_send_a_body_is_given_it_at_once(connection: socket.socket) -> None:
    connection.sendall(b"PUT /b/k HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
    assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"body")
    answer = connection.recv(1000)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nbody")


def test_a_body_in_chunks_is_put_together_and_the_connection_stays(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2;x=y\r\ndy\r\n0\r\n\r\n")
        assert connection.recv(1000).endswith(b"\r\n\r\nbody")
