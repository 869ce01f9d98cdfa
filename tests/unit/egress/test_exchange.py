"""Outbound exchanges: where they go, what they carry, what comes back."""

import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tandem import egress
from tests.unit.egress.peers import (
    OK,
    Peer,
    answering,
    head_of,
    post,
    request_of,
    resolving,
)
from tests.unit.egress.test_destinations import SPECIAL


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


def test_the_tree_of_failures_is_complete_and_every_failure_has_a_word() -> None:
    drawn = {line.split()[1] for line in (egress.__doc__ or "").splitlines() if line.startswith(("├──", "└──"))}
    assert drawn == {kind.__name__ for kind in egress.ExchangeFailed.__subclasses__()}
    words = [egress.AddressRefused("").word, egress.DeadlinePassed("").word, egress.TooLarge("").word]
    assert len({*words, egress.Unreachable("dns", "").word}) == 4
