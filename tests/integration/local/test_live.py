"""The WebSocket API without a socket."""

import pytest

from infra.local.stack import Stack
from tests.integration.local.conftest import items


def test_connect_decides_who_comes_in(stack: Stack) -> None:
    assert stack.connect().status == 401
    assert stack.connect(query={"token": "secret"}).status == 101


def test_messages_take_the_route_their_action_names_and_are_answered_through_the_management_endpoint(
    stack: Stack,
) -> None:
    client = stack.connect(query={"token": "secret"})
    client.send('{"action": "shout", "x": 1}')
    client.send("no json")
    client.send('{"action": "$connect"}')
    assert [message["route"] for message in client.messages()] == ["shout", "$default", "$default"]
    assert client.messages()[0]["said"] == '{"action": "shout", "x": 1}'


def test_a_connection_that_is_gone_is_gone(stack: Stack) -> None:
    client = stack.connect(query={"token": "secret"})
    client.close()
    client.close()
    assert set(items(stack, "GONE")) == {client.client.id}
    management = stack.client("apigatewaymanagementapi")
    with pytest.raises(management.exceptions.GoneException) as gone:
        management.post_to_connection(ConnectionId=client.client.id, Data=b"x")
    assert gone.value.response["ResponseMetadata"]["HTTPStatusCode"] == 410


def test_the_management_endpoint_looks_at_and_closes_connections(stack: Stack) -> None:
    client = stack.connect(headers={"User-Agent": "tests"}, query={"token": "secret"})
    management = stack.client("apigatewaymanagementapi")
    about = management.get_connection(ConnectionId=client.client.id)
    assert about["Identity"] == {"SourceIp": "127.0.0.1", "UserAgent": "tests"}
    management.delete_connection(ConnectionId=client.client.id)
    assert client.closed == 1000


def test_a_message_beyond_128_kilobytes_ends_the_connection(stack: Stack) -> None:
    client = stack.connect(query={"token": "secret"})
    client.send("x" * (128 * 1024 + 1))
    assert client.closed == 1009
    assert client.received == []


def test_a_function_that_fails_is_reported_to_the_client(stack: Stack) -> None:
    client = stack.connect(query={"token": "secret"})
    stack.faults.add({"service": "execute-api", "kind": "fail"})
    client.send("hello")
    (message,) = client.messages()
    assert message["message"] == "Internal server error"
    assert message["connectionId"] == client.client.id
