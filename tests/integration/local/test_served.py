"""The sample served for real: a port, worker processes, loops that run by themselves."""

import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from infra.local.port import PortTaken
from infra.local.stack import Stack
from tests.integration.local.conftest import SAMPLE, items


@pytest.fixture(scope="module")
def served() -> Iterator[Stack]:
    stack = Stack.start(
        SAMPLE / "template.yaml", name="served", region="eu-north-1", workers=True, port=0, autorun=True
    )
    yield stack
    stack.stop()


def ask(stack: Stack, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    fields = {"Content-Type": "application/json", **(headers or {})}
    asked = urllib.request.Request(stack.base_url + path, data=data, method=method, headers=fields)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def eventually(found: Callable[[], bool]) -> bool:
    """Wait for a process's own doing, at most 20 s."""
    deadline = time.monotonic() + 20
    while not found() and time.monotonic() < deadline:
        time.sleep(0.05)
    return found()


def test_a_request_over_a_socket_reaches_a_process_of_its_own(served: Stack) -> None:
    status, body = ask(served, "GET", "/echo/x?a=1", headers={"X-A": "1"})
    seen = json.loads(body)
    assert status == 200
    assert seen["event"]["headers"]["x-a"] == "1"
    assert seen["environment"]["AWS_LAMBDA_RUNTIME_API"].startswith("127.0.0.1:")
    assert seen["function"] == "served-Echo"
    again = json.loads(ask(served, "GET", "/echo/x")[1])
    assert again["pid"] == seen["pid"]


def test_writes_reach_stream_and_queue_by_themselves(served: Stack) -> None:
    assert ask(served, "PUT", "/items/1", {})[0] == 201
    assert eventually(lambda: "ITEM#1" in items(served, "SEEN"))


def test_the_clock_moves_while_everything_runs(served: Stack) -> None:
    ticks = len(items(served, "TICKS"))
    assert ask(served, "PUT", "/items/late", {"delay": 100})[0] == 201
    status, _ = ask(served, "POST", "/__local/clock", {"advance_seconds": 180})
    assert status == 200
    assert "ITEM#late" in items(served, "SEEN")
    assert len(items(served, "TICKS")) == ticks + 3


@pytest.mark.parametrize(
    ("order", "kind", "message"),
    [
        ({"exit": 3}, "Runtime.ExitError", "Error: Runtime exited with error: exit status 3"),
        ({"kill": 4}, "Runtime.ExitError", "Error: Runtime exited with error: exit status 4"),
        ({"sleep": 5}, "Sandbox.Timedout", "Error: Task timed out after 2.00 seconds"),
        ({"raise": "boom"}, "ValueError", "boom"),
        ({"bytes": 7 * 1024 * 1024}, "Function.ResponseSizeTooLarge", "exceeded maximum allowed payload size"),
    ],
)
def test_a_worker_fails_in_the_services_words_and_is_replaced(
    served: Stack, order: dict[str, Any], kind: str, message: str
) -> None:
    outcome = served.invoke("Answer", {"body": json.dumps(order)})
    assert outcome.error is not None
    assert message in outcome.error["errorMessage"]
    if kind != "Function.ResponseSizeTooLarge":
        assert outcome.error["errorType"] == kind
    assert served.invoke("Answer", {"body": '{"return": 1}'}).payload == 1


def test_what_a_worker_prints_is_in_its_log(served: Stack) -> None:
    served.invoke("Answer", {"body": '{"print": "a line of its own"}'})
    log = Path(served.root) / ".local" / "logs" / "Answer.log"
    assert eventually(lambda: "a line of its own" in log.read_text())


def test_a_module_that_cannot_be_imported_is_an_init_error(served: Stack) -> None:
    function = served.functions["Answer"]
    broken = type(function)(**{**vars(function), "logical_id": "Broken", "handler": "sample_app.nowhere.handler"})
    outcome = served.invoker.invoke(broken, {})
    assert outcome.error is not None
    assert outcome.error["errorType"] == "Runtime.ImportModuleError"


def test_an_oversized_body_is_refused_and_the_connection_stays_sane(served: Stack) -> None:
    status, body = ask(served, "POST", "/items/1", b"x" * (10 * 1024 * 1024 + 2))
    assert (status, json.loads(body)) == (413, {"message": "Request Too Long"})


def test_head_has_no_route_of_its_own_and_no_body(served: Stack) -> None:
    connection = HTTPConnection("127.0.0.1", int(served.base_url.rpartition(":")[2]), timeout=20)
    connection.request("HEAD", "/items/special")
    answer = connection.getresponse()
    assert (answer.status, answer.read()) == (200, b"")
    connection.close()


def test_only_this_machine_can_connect(served: Stack) -> None:
    port = int(served.base_url.rpartition(":")[2])
    with socket.socket() as other:
        other.settimeout(2)
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_a_taken_port_is_said_at_once(served: Stack) -> None:
    port = int(served.base_url.rpartition(":")[2])
    with pytest.raises(PortTaken, match=f"Port {port} on 127.0.0.1 is in use"):
        Stack.start(SAMPLE / "template.yaml", port=port)
    assert ask(served, "GET", "/echo/x")[0] == 200


def test_a_socket_to_the_websocket_api(served: Stack) -> None:
    import asyncio

    async def talk() -> tuple[int, str]:
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(served.ws_url)
            async with session.ws_connect(served.ws_url + "/calls?token=secret") as line:
                await line.send_str('{"action": "shout"}')
                return refused.value.status, await line.receive_str(timeout=20)

    status, text = asyncio.run(talk())
    assert status == 401
    assert json.loads(text)["route"] == "shout"
    assert eventually(lambda: len(items(served, "GONE")) == 1)


def test_a_client_that_reads_nothing_keeps_nobody_waiting(served: Stack) -> None:
    port = int(served.base_url.rpartition(":")[2])
    handshake = (
        "GET /ws/calls?token=secret HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    assert served.hub is not None
    before = set(served.hub._lines)
    management = served.client("apigatewaymanagementapi")
    with socket.create_connection(("127.0.0.1", port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        deaf.sendall(handshake.encode())
        assert eventually(lambda: len(set(served.hub._lines) - before) == 1)  # type: ignore[union-attr]
        (connection,) = set(served.hub._lines) - before
        started = time.monotonic()
        for _ in range(200):
            management.post_to_connection(ConnectionId=connection, Data=b"x" * 120_000)
        assert time.monotonic() - started < 10
        assert deaf.recv(12) == b"HTTP/1.1 101"


def test_a_dropped_answer_is_a_lost_connection(served: Stack) -> None:
    served.faults.add({"service": "dynamodb", "operation": "PutItem", "kind": "drop_answer", "times": 1})
    outcome = served.invoke("PutItem", {"body": "{}", "pathParameters": {"id": "dropped"}})
    served.faults.clear()
    # boto3 tries again by itself, which is what a product must be ready for.
    assert outcome.payload["statusCode"] == 201
    assert set(items(served, "ITEM#dropped")) == {"item"}
