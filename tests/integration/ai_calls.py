"""Calls of AI agents over ElevenLabs, with its simulator on the other side."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.models import Call
from tandem.calls.placing import dial_assistant
from tandem.carriers.audio import tone_wav
from tandem.carriers.base import Assistant
from tandem.ids import new_id
from tests.integration.conftest import Client
from tests.integration.doors import forget_accounts
from tests.simulators.elevenlabs import ElevenLabsSimulator, Number
from tests.simulators.elevenlabs_conversations import Post

OWN, CUSTOMER = "+13125550100", "+254722000001"
WEBHOOKS = "http://localhost:3001/api/webhooks/elevenlabs"
AGENT_ID, TASK_ID = "01890a5d-ac96-774b-bcce-b302099a8058", "01890a5d-ac96-774b-bcce-b302099a8059"
SUSAN = Assistant(AGENT_ID, "Susan", "You call {{name}}.", "Hello Asha!", {"stability": 0.5}, {"name": "Asha"})


def simulated(stack: Stack, client: Client) -> Iterator[ElevenLabsSimulator]:
    """ElevenLabs, where we have an account; the client's number is at Twilio, and ElevenLabs calls with it."""
    forget_accounts(stack)
    configured = client("POST", "/api/telephony/configure", json={"phoneNumber": OWN, "carrier": "twilio"})
    assert configured.status == 200, configured.text
    with ElevenLabsSimulator(post=posting(stack), audio=tone_wav(2, "elevenlabs")) as simulator:
        simulator.now = lambda: datetime.fromtimestamp(stack.clock.now(), UTC)
        simulator.numbers["phnum_1"] = Number(OWN)
        know(stack, simulator)
        yield simulator


def know(stack: Stack, simulator: ElevenLabsSimulator) -> None:
    """Put our account at ElevenLabs where the product reads it."""
    stack.client("ssm").put_parameter(
        Name="/tandem/local/carriers/elevenlabs", Value=json.dumps(simulator.account()), Type="SecureString",
        Overwrite=True,
    )  # fmt: skip


def posting(stack: Stack) -> Post:
    """What posts ElevenLabs' webhooks straight into the stack."""

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        return stack.request("POST", urlsplit(url).path, headers=dict(headers), body=body).status

    return post


def ai_call(client: Client, phone: str = CUSTOMER, **more: Any) -> Call:
    """An AI agent calls somebody for a task."""
    with operating(client.stack):
        return dial_assistant(
            client.workspace.tenant_id, phone, more.pop("assistant", SUSAN), task_id=more.pop("task_id", TASK_ID),
            call_id=new_id(), actor="key:test", test=False, **more,
        )  # fmt: skip


def transcript_of(client: Client, call_id: str) -> list[str]:
    """What is kept of what was said."""
    turns = [item for item in client.items("TURN#") if call_id in item["sk"] and not item.get("gone")]
    return [turn["text"] for turn in sorted(turns, key=lambda turn: turn["start"])]
