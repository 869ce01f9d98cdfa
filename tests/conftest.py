"""The whole stack, in this process, made from template.yaml; each test finds it empty."""

import os
import struct
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from infra.local.stack import Stack
from tests.untraced import follow_the_product, untraced

ROOT = Path(__file__).parents[1]
follow_the_product()


@pytest.fixture(scope="session")
def whole_stack() -> Iterator[Stack]:
    stack = Stack.start(
        ROOT / "template.yaml",
        {
            "Stage": "local",
            "PublicUrl": "http://localhost:3001",
            "PublicSocketUrl": "ws://localhost:3001/ws/calls",
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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Of a test with a stack the product alone is traced; a unit's test is the product's caller itself. What is tried
    hundreds of times is not traced: other tests reach the same lines once."""
    if item.nodeid.startswith("tests/unit/") and not hasattr(getattr(item, "obj", None), "hypothesis"):
        return (yield)
    with untraced():
        return (yield)


FIRST = ("tests/fuzz/", "tests/architecture/", "tests/integration/webhooks/")
"""Where the longest are: a worker should not be left alone with one at the end."""
APART = ("tests/integration/test_bad_input.py", "tests/integration/test_access.py")
"""Hundreds of tests that share nothing but the stack: any worker takes any of them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(FIRST))


class ByFile(LoadScopeScheduling):
    """Workers take files whole, so that what its tests share is made once; end-to-end tests share a running product."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in APART else "e2e" if file.startswith("tests/e2e/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    return ByFile(config, log)
