"""An account at Twilio, with the simulator on the other side of it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from infra.local.stack import Stack
from tandem.carriers.audio import tone_wav
from tandem.carriers.registry import ACCOUNT_KEPT
from tests.integration.conftest import Client
from tests.simulators.twilio import Number, TwilioSimulator
from tests.simulators.twilio_calls import Reply

OWN, CUSTOMER = "+13125550100", "+254722000001"
HOOKS = "http://localhost:3001/api/webhooks/twilio"


@pytest.fixture
def carrier(stack: Stack) -> Iterator[TwilioSimulator]:
    def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query))
        answer = stack.request("POST", parts.path, query=query, headers=dict(headers), body=urlencode(form))
        return Reply(answer.status, answer.header("content-type") or "", answer.text)

    stack.advance(ACCOUNT_KEPT + 1)  # another test's simulator was elsewhere
    with TwilioSimulator(post=post, audio=tone_wav(2, "twilio")) as simulator:
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
