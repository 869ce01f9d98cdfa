"""An account at Telnyx, with the simulator on the other side of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from infra.local.gateway import Response
from infra.local.stack import Stack
from tandem.carriers.audio import tone_wav
from tests.architecture.telephones import posting_news
from tests.integration.conftest import Client
from tests.integration.doors import forget_accounts
from tests.simulators.telnyx import TelnyxSimulator

OWN, CUSTOMER, AGENT_PHONE = "+13125550177", "+254722000001", "+254733000002"
PATH = "/api/webhooks/telnyx/voice"
VOICE = f"http://localhost:3001{PATH}"


@contextmanager
def telnyx_account(stack: Stack, **fields: str) -> Iterator[TelnyxSimulator]:
    """Telnyx; what it posts is acted upon at once."""
    forget_accounts(stack)
    with TelnyxSimulator(post=posting_news(stack), audio=tone_wav(2, "telnyx"), webhook_url=VOICE) as simulator:
        simulator.now = lambda: datetime.fromtimestamp(stack.clock.now(), UTC)
        simulator.numbers.add(OWN)
        stack.client("ssm").put_parameter(
            Name="/tandem/local/carriers/telnyx", Value=json.dumps(simulator.account(**fields)), Type="SecureString",
            Overwrite=True,
        )  # fmt: skip
        yield simulator


def at_telnyx(client: Client) -> Client:
    """The workspace, its number being one at Telnyx."""
    configured = client("POST", "/api/telephony/configure", json={"phoneNumber": OWN, "carrier": "telnyx"})
    assert configured.status == 200, configured.text
    return client


def told(simulator: TelnyxSimulator, stack: Stack, body: bytes, path: str = PATH) -> Response:
    """A webhook with a good signature, answered and not yet acted upon."""
    return stack.request("POST", path, headers=simulator.signer.headers(body), body=body)


def data(kind: str, name: str, **payload: Any) -> bytes:
    """A webhook's body."""
    event = {"event_type": kind, "id": name, "occurred_at": "2026-11-21T12:00:00.000000Z", "payload": payload}
    return json.dumps({"data": event, "meta": {"attempt": 1}}).encode()
