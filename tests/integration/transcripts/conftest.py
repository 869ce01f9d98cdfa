"""A call whose transcript is written, and a way to write it as the product does."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tests.integration.conftest import Client


@dataclass(frozen=True)
class Conversing:
    """A call to converse in."""

    client: Client
    call_id: str

    @property
    def tenant_id(self) -> str:
        return self.client.workspace.tenant_id

    @property
    def ids(self) -> tuple[str, str]:
        return self.tenant_id, self.call_id

    def told(self) -> list[str]:
        """The events of its transcript."""
        events = [item for item in self.client.items("EVENT#") if item["subject"] == self.call_id]
        return [item["body"] for item in events if item["type"] == "transcript.completed"]


@pytest.fixture
def conversing(demo: Client, stack: Stack) -> Iterator[Conversing]:
    call = Conversing(demo, demo.place("+15005550004")["callId"])
    with operating(stack):
        yield call
