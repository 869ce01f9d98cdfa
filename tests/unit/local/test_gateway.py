"""Routes, batch reports and addresses: the pure parts of the runner."""

from pathlib import Path
from typing import Any

import pytest

from infra.local import gateway
from infra.local.clock import Clock
from infra.local.environment import Addresses, localised
from infra.local.invocation import Outcome
from infra.local.model import Deployment, HttpApi, Route, WebSocketApi
from infra.local.queues import failed_messages
from infra.local.websocket_events import route_key

ROUTES = [
    Route("GET", "/a/{id}", "parameter"),
    Route("GET", "/a/b", "literal"),
    Route("ANY", "/a/b", "any"),
    Route("ANY", "/a/{proxy+}", "greedy"),
    Route("GET", "/{x}/b", "first"),
    Route("GET", "/", "root"),
    Route("ANY", "$default", "default"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/a/b", "literal", {}),
        ("POST", "/a/b", "any", {}),
        ("GET", "/a/c", "parameter", {"id": "c"}),
        ("GET", "/a/c%2Fd", "parameter", {"id": "c/d"}),
        ("GET", "/a/c/d", "greedy", {"proxy": "c/d"}),
        ("POST", "/a/c", "greedy", {"proxy": "c"}),
        ("GET", "/z/b", "first", {"x": "z"}),
        ("GET", "/", "root", {}),
        ("GET", "/a/b/", "greedy", {"proxy": "b/"}),
        ("GET", "/z", "default", {}),
        ("HEAD", "/a/b", "any", {}),
    ],
)
def test_the_most_specific_route_wins(method: str, path: str, function: str, parameters: dict[str, str]) -> None:
    found = gateway.match(ROUTES, method, path)
    assert found is not None
    assert (found[0].function, found[1]) == (function, parameters)


def test_without_a_default_there_may_be_no_route() -> None:
    assert gateway.match(ROUTES[:-1], "GET", "/z") is None


IDS = ["1", "2", "3"]


@pytest.mark.parametrize(
    ("payload", "failed"),
    [
        (None, set()),
        ({}, set()),
        ("", set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "2"}]}, {"2"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, set(IDS)),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, set(IDS)),
        ({"batchItemFailures": [{"itemIdentifer": "2"}]}, set(IDS)),
        ({"batchItemFailures": [{"itemIdentifier": "9"}]}, set(IDS)),
        ({"batchItemFailures": "2"}, set(IDS)),
        ("failed", set(IDS)),
    ],
)
def test_a_batch_report(payload: Any, failed: set[str]) -> None:
    assert failed_messages(Outcome(payload), IDS, partial=True) == failed
    assert failed_messages(Outcome(payload), IDS, partial=False) == set()
    assert failed_messages(Outcome(error={"errorType": "X"}), IDS, partial=True) == set(IDS)


def test_addresses_of_the_stacks_own_apis_become_local_ones() -> None:
    deployment = Deployment("eu-west-1")
    deployment.http_apis["aaaaaaaaaa"] = HttpApi("aaaaaaaaaa")
    deployment.websocket_apis["bbbbbbbbbb"] = WebSocketApi("bbbbbbbbbb")
    at = Addresses(
        "http://localhost:1", "ws://localhost:1/ws", "http://127.0.0.1:2", Path(), Path(), "http://127.0.0.1:2"
    )
    host = "execute-api.eu-west-1.amazonaws.com"
    for value, expected in (
        (f"https://aaaaaaaaaa.{host}", "http://localhost:1"),
        (f"https://aaaaaaaaaa.{host}/$default", "http://localhost:1"),
        (f"see https://aaaaaaaaaa.{host}/voice/events?x=1", "see http://localhost:1/voice/events?x=1"),
        (f"wss://bbbbbbbbbb.{host}/live", "ws://localhost:1/ws"),
        (f"https://bbbbbbbbbb.{host}/live", "http://127.0.0.1:2/bbbbbbbbbb/live"),
        (f"https://cccccccccc.{host}/x", f"https://cccccccccc.{host}/x"),
    ):
        assert localised(value, deployment, at) == expected


@pytest.mark.parametrize(
    ("text", "key"),
    [('{"action": "go"}', "go"), ('{"action": "other"}', "$default"), ('{"action": 1}', "$default"), ("x", "$default")],
)
def test_a_message_selects_its_route(text: str, key: str) -> None:
    api = WebSocketApi("id", "$request.body.action", {"go": "F", "$default": "F", "$connect": "F"})
    assert route_key(api, text) == key
    assert route_key(WebSocketApi("id", routes={"go": "F"}), "x") is None


def test_the_clock_moves_forward_only_and_is_read_from_its_file(tmp_path: Path) -> None:
    import struct

    clock = Clock(tmp_path / "clock")
    before = clock.now()
    clock.move_to(before + 100)
    clock.move_to(before + 50)
    assert 100 <= clock.now() - before < 101
    assert struct.unpack("<d", (tmp_path / "clock").read_bytes())[0] == clock.offset
    assert clock.at_real(before - 5) == pytest.approx(before - 5)
    clock.reset()
    assert clock.offset == 0.0
    clock.close()
