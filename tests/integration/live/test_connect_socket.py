"""$connect: who may listen to a call, and who may not."""

import pytest

from infra.local.stack import Stack
from tandem.keys.models import locator_of
from tests.integration.conftest import Client, table_items
from tests.integration.doors import UNKNOWN_CALL, change_key, contents, key_item, leap, make_key
from tests.integration.live.listening import Line, connections, kinds


def test_a_key_opens_a_socket_that_is_greeted_with_the_call_as_it_stands(line: Line) -> None:
    socket = line.listen()
    (frame,) = socket.messages()
    assert frame == {
        "type": "connected",
        "data": {"call_id": line.call_id, "sequence": 0, "status": "initiated", "transcript": []},
    }


def test_a_key_in_a_header_opens_a_socket_too(line: Line) -> None:
    for headers in ({"Authorization": f"Bearer {line.client.key}"}, {"X-API-Key": line.client.key}):
        socket = line.stack.connect(headers=headers, path=f"/ws/calls/{line.call_id}")
        assert socket.status == 101


def test_the_gateways_own_address_names_the_call_in_the_query(line: Line) -> None:
    socket = line.stack.connect(query={"call_id": line.call_id, "api_key": line.client.key})
    line.stack.settle()
    assert kinds(socket) == ["connected initiated"]


def test_a_socket_counts_against_the_keys_limit_and_in_its_statistics(line: Line) -> None:
    before = key_item(line.stack, line.client.key)["uses"]
    assert line.open().status == 101
    assert key_item(line.stack, line.client.key)["uses"] == before + 1
    (usage,) = table_items(line.stack, f"USAGE#{line.client.workspace.tenant_id}")
    assert usage["r:GET /ws/calls/{call_id}"] == 1
    change_key(line.stack, line.client.key, rate_limit=1)
    assert line.open().status == 429


@pytest.mark.parametrize("query", [{}, {"api_key": ""}, {"session_token": ""}])
def test_without_a_credential_nobody_listens(line: Line, query: dict[str, str]) -> None:
    before = contents(line.stack)
    assert line.stack.connect(query=query, path=f"/ws/calls/{line.call_id}").status == 401
    assert contents(line.stack) == before


def test_a_forged_key_and_a_forged_token_are_refused(line: Line) -> None:
    assert line.open(api_key=f"{line.client.key[:-1]}_").status == 401
    assert line.open(session_token="A" * 44).status == 401
    assert line.open(session_token="x" * 5000).status == 401
    assert line.sockets() == []


def test_a_key_that_may_not_read_calls_is_refused(line: Line) -> None:
    key = make_key(line.stack, line.client.workspace.tenant_id, permissions=["write:calls", "read:customers"])
    assert line.open(api_key=key).status == 403
    assert line.sockets() == []


def test_a_revoked_key_is_refused(line: Line) -> None:
    key = make_key(line.stack, line.client.workspace.tenant_id)
    assert line.open(api_key=key).status == 101
    change_key(line.stack, key, status="revoked")
    assert line.open(api_key=key).status == 401
    assert locator_of(key) not in str(line.sockets())


def test_another_tenants_call_is_as_unknown_as_none(line: Line, other: Client) -> None:
    assert line.open(api_key=other.key).status == 404
    assert Line(other, UNKNOWN_CALL).open().status == 404
    assert Line(other, "no id at all").open().status == 404
    assert Line(other, "x" * 4000).open().status == 404
    assert table_items(line.stack, f"TENANT#{other.workspace.tenant_id}", "SOCKET#") == []


def test_a_socket_names_its_call(line: Line) -> None:
    assert line.stack.connect(query={"api_key": line.client.key}, path="/ws").status == 400
    assert line.stack.connect(query={"session_token": line.temporary()}, path="/ws").status == 400


@pytest.mark.parametrize("after", ["-1", "1.5", "x", "", "٣", "1000000001", "9" * 500])
def test_what_was_seen_already_is_a_whole_number(line: Line, after: str) -> None:
    assert line.open(after=after).status == 400
    assert line.sockets() == []


def test_a_token_opens_sockets_of_its_call_for_five_minutes(line: Line) -> None:
    token = line.temporary()
    assert line.open(session_token=token).status == 101
    leap(line.stack, 290)
    assert line.open(session_token=token).status == 101
    leap(line.stack, 15)
    assert line.open(session_token=token).status == 401


def test_a_token_opens_no_other_call(line: Line) -> None:
    another = Line(line.client, line.client.place("+15005550001")["callId"])
    assert another.open(session_token=line.temporary()).status == 403
    assert another.sockets() == []


def test_a_token_opens_twenty_sockets_at_most(line: Line) -> None:
    token = line.temporary()
    assert [line.open(session_token=token).status for _ in range(22)] == [101] * 20 + [401] * 2


def test_nothing_stored_is_the_token(line: Line, stack: Stack) -> None:
    token = line.temporary()
    assert line.open(session_token=token).status == 101
    stored = str(contents(line.stack))
    assert "SOCKET_TOKEN#" in stored
    assert token not in stored
    assert token.rstrip("=") not in stored


def test_a_socket_is_forgotten_when_it_must_have_ended(line: Line) -> None:
    socket = line.listen()
    (item,) = line.sockets()
    (found_by,) = connections(line.stack, socket.client.id)
    assert item["expires_at"] == found_by["expires_at"]
    assert item["expires_at"] - int(line.stack.clock.now()) in range(7100, 7201)


def test_a_database_that_is_down_is_told_at_the_handshake(line: Line) -> None:
    line.stack.faults.add(
        {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "function": "LiveConnectSocket"}
    )
    assert line.open().status == 503
    line.stack.faults.clear()
    assert line.open().status == 101
