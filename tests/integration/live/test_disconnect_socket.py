"""$disconnect: a connection has ended."""

from infra.local.stack import Stack
from tests.integration.live.listening import Line, connections, kinds, turn


def test_a_socket_that_is_closed_is_forgotten(line: Line) -> None:
    socket, another = line.listen(), line.listen()
    socket.close()
    assert [item["connection_id"] for item in line.sockets()] == [another.client.id]
    assert connections(line.stack, socket.client.id) == []


def test_the_others_go_on_listening(line: Line) -> None:
    socket, another = line.listen(), line.listen()
    socket.close()
    line.hear(turn(1))
    assert "transcript_update" not in kinds(socket)
    assert "transcript_update" in kinds(another)


def test_the_end_of_a_connection_that_nobody_knows_is_nothing_to_do(line: Line, stack: Stack) -> None:
    socket = line.listen()
    event = {"requestContext": {"routeKey": "$disconnect", "connectionId": "unknown=", "requestId": "r="}}
    for _ in range(2):
        assert stack.invoke("LiveDisconnectSocket", event).payload == {"statusCode": 200}
    assert [item["connection_id"] for item in line.sockets()] == [socket.client.id]
