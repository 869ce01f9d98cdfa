"""The whole stack, in this process, made from template.yaml; each test finds it empty."""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.stack import Stack

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def whole_stack() -> Iterator[Stack]:
    stack = Stack.start(
        ROOT / "template.yaml",
        {
            "Stage": "local",
            "PublicUrl": "http://localhost:3001",
            "DefaultCarrier": "sandbox",
            "WebhookEgressAllow": "127.0.0.0/8",
        },
        root=ROOT,
    )
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What makes a stage called `local` a local one: a clock that could be moved, and is not."""
    path = tmp_path_factory.mktemp("clock") / "offset"
    path.write_bytes(struct.pack("<d", 0.0))
    return os.fspath(path)


AFRICAS_TALKING_TOKEN = "token-of-the-callback-url"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--fuzz", default=1, help="how many times as long tests/fuzz tries")
