"""ElevenLabs, simulated, for those who ask for it; and a call of an AI agent that is over."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.ai_calls import ai_call, simulated
from tests.integration.conftest import Client
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import Scenario


@pytest.fixture
def provider(stack: Stack, demo: Client) -> Iterator[ElevenLabsSimulator]:
    yield from simulated(stack, demo)


def data(response: Response) -> Any:
    """The data of an answer that must be good."""
    assert response.status == 200, response.text
    assert response.json()["success"] is True
    return response.json()["data"]


def refusal(response: Response, status: int) -> str:
    """The sentence of an error that must be of this status."""
    assert response.status == status, response.text
    return str(response.json()["error"])


def talked(client: Client, provider: ElevenLabsSimulator, scenario: Scenario | None = None) -> str:
    """A call of an AI agent, to its end; its id."""
    call_id = ai_call(client).call_id
    provider.play(list(provider.conversations)[-1], scenario)
    return call_id
