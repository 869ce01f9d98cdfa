"""A peer for each test, and what the process connects to."""

import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.unit.egress.peers import Behaviour, Peer

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


@pytest.fixture
def peer() -> Iterator[Callable[..., Peer]]:
    made: list[Peer] = []

    def make(behaviour: Behaviour, **where: Any) -> Peer:
        made.append(Peer(behaviour, **where))
        return made[-1]

    yield make
    for each in made:
        each.close()
