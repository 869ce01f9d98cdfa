"""What integration tests have: an empty stack, two workspaces on it, and a way to be one of them."""

import copy
import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.local.workspaces import make_workspace, open_to_anyone, operating
from tandem.admin import Workspace
from tandem.observability import logger
from tests.conftest import AFRICAS_TALKING_TOKEN


@dataclass(frozen=True)
class Client:
    """A workspace's way into the API, with one of its keys."""

    stack: Stack
    workspace: Workspace
    key: str

    def __call__(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Response:
        """A request with the workspace's key."""
        sent = {"authorization": f"Bearer {self.key}", **(headers or {})}
        return self.stack.request(method, path, headers=sent, **content)

    def place(self, phone: str = "+15005550001", **fields: Any) -> dict[str, Any]:
        """Place a call; what the answer's data says."""
        body = {"customerPhone": phone, "agentId": "agent-1", **fields}
        response = self("POST", "/api/telephony/calls/initiate", json=body)
        assert response.status == 200, response.text
        data: dict[str, Any] = response.json()["data"]
        return data

    def call(self, call_id: str) -> dict[str, Any]:
        """A call as it stands now."""
        response = self("GET", f"/api/telephony/calls/{call_id}")
        assert response.status == 200, response.text
        data: dict[str, Any] = response.json()["data"]
        return data

    def items(self, prefix: str) -> list[dict[str, Any]]:
        """The workspace's items in the table whose sort key begins so."""
        return table_items(self.stack, f"TENANT#{self.workspace.tenant_id}", prefix)


def table_items(stack: Stack, pk: str, prefix: str = "") -> list[dict[str, Any]]:
    """The items of a partition, as the operator reads them."""
    from tandem.aws import table
    from tandem.aws.table import Key

    condition = Key("pk").eq(pk) & Key("sk").begins_with(prefix) if prefix else Key("pk").eq(pk)
    with operating(stack):
        return list(table.query_all(condition))


def whole_table(stack: Stack) -> Iterator[dict[str, Any]]:
    """Every item there is, as it goes over the wire."""
    (name,) = stack.deployment.tables
    for page in stack.client("dynamodb").get_paginator("scan").paginate(TableName=name):
        yield from page["Items"]


@pytest.fixture
def stack(whole_stack: Stack, caplog: pytest.LogCaptureFixture) -> Iterator[Stack]:
    """The stack as it was after its deployment. Whatever a test does, no log tells a secret or who somebody is."""
    caplog.set_level(logging.INFO)
    whole_stack.reset()
    urls = dict.fromkeys(("voice_url", "webrtc_url"), NOWHERE)
    account = {"username": "acme", "api_key": "secret", "token": AFRICAS_TALKING_TOKEN, **urls}
    whole_stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/africas_talking", Value=json.dumps(account), Type="SecureString", Overwrite=True
    )
    yield whole_stack
    assert not whole_stack.dead_letters()
    records = [*caplog.get_records("setup"), *caplog.get_records("call")]
    assert [line for line in map(as_logged, records) if PRIVATE.search(line)] == []


NOWHERE = "http://127.0.0.1:9"
"""Where no carrier is, and nothing leaves this machine."""

PRIVATE = re.compile(
    r"(?:sk_live|sk_test|va|whsec)_[A-Za-z0-9]{8}"  # keys and secrets
    r"|eyJ[\w-]{8,}\.|[0-9a-f]{64}~"  # access and refresh tokens
    r"|(?:\+|%2B)\d{7}"  # telephone numbers
    r"|[\w.+-]+(?:@|%40)[\w-]+\.\w+"  # e-mail addresses
)
_PLAIN = logging.Formatter("%(name)s %(message)s")


def as_logged(record: logging.LogRecord) -> str:
    """A line as the function would write it; those of libraries as Lambda would write them."""
    if record.name == "tandem":
        return str(logger().registered_formatter.format(copy.copy(record)))
    return _PLAIN.format(copy.copy(record))


@pytest.fixture
def demo(stack: Stack) -> Client:
    workspace = make_workspace(stack, "demo")
    open_to_anyone(stack, workspace)
    return Client(stack, workspace, workspace.keys["live"])


@pytest.fixture
def other(stack: Stack) -> Client:
    workspace = make_workspace(stack, "other")
    return Client(stack, workspace, workspace.keys["live"])


@pytest.fixture
def anyone(stack: Stack) -> Callable[..., Response]:
    return stack.request
