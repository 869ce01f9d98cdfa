"""An account at Twilio and one at Telnyx, with the simulators on the other side of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from infra.local.stack import Stack
from tandem.carriers.audio import tone_wav
from tests.architecture.telephones import posting
from tests.integration.conftest import Client
from tests.integration.doors import forget_accounts
from tests.integration.telnyx_account import at_telnyx, telnyx_account
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.twilio import Number, TwilioSimulator

OWN, CUSTOMER = "+13125550100", "+254722000001"
HOOKS = "http://localhost:3001/api/webhooks/twilio"


@pytest.fixture
def carrier(stack: Stack) -> Iterator[TwilioSimulator]:
    forget_accounts(stack)
    with TwilioSimulator(post=posting(stack), audio=tone_wav(2, "twilio")) as simulator:
        simulator.now = lambda: datetime.fromtimestamp(stack.clock.now(), UTC)
        simulator.numbers[OWN] = Number(f"{HOOKS}/voice", f"{HOOKS}/events")
        account = {
            "account_sid": simulator.account_sid,
            "auth_token": simulator.auth_token,
            "base_url": simulator.base_url,
        }
        stack.client("ssm").put_parameter(
            Name="/tandem/local/carriers/twilio", Value=json.dumps(account), Type="SecureString", Overwrite=True
        )
        yield simulator


@pytest.fixture
def owner(demo: Client, carrier: TwilioSimulator) -> Client:
    """The workspace whose number at Twilio it is."""
    configured = demo("POST", "/api/telephony/configure", json={"phoneNumber": OWN, "carrier": "twilio"})
    assert configured.status == 200, configured.text
    return demo


@pytest.fixture
def commanded(stack: Stack) -> Iterator[TelnyxSimulator]:
    with telnyx_account(stack) as simulator:
        yield simulator


@pytest.fixture
def virginian(demo: Client, commanded: TelnyxSimulator) -> Client:
    """The workspace whose number at Telnyx it is."""
    return at_telnyx(demo)
