"""$default: what a client says, and what it is answered."""

import json

import pytest

from tests.integration.live.listening import Line


def test_a_ping_is_answered_by_a_pong(line: Line) -> None:
    socket = line.listen()
    socket.send(json.dumps({"type": "ping"}))
    assert socket.messages()[1:] == [{"type": "pong"}]


@pytest.mark.parametrize(
    "said", ["", "ping", "{", "[]", "null", '"ping"', '{"type":"shout"}', '{"type":["ping"]}', "[" * 5000, '{"a":1}']
)
def test_anything_else_is_an_error_and_the_socket_stays_open(line: Line, said: str) -> None:
    socket = line.listen()
    socket.send(said)
    (frame,) = socket.messages()[1:]
    assert frame["type"] == "error"
    assert isinstance(frame["error"], str)
    assert socket.closed is None
    socket.send('{"type": "ping"}')
    assert socket.messages()[-1] == {"type": "pong"}


def test_an_answer_costs_no_request_to_aws(line: Line) -> None:
    socket = line.listen()
    with line.stack.count_requests() as counted:
        socket.send('{"type": "ping"}')
    assert socket.messages()[-1] == {"type": "pong"}
    assert counted.total() == 0
