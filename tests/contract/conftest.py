"""The carriers that are held to the contract, each with the world it needs."""

from collections.abc import Callable, Iterator

import pytest

from tandem.config import settings
from tests.contract.africas_talking import AfricasTalkingHarness, africas_talking
from tests.contract.elevenlabs import ElevenLabsHarness, elevenlabs
from tests.contract.harness import Harness
from tests.contract.sandbox import ENVIRONMENT, SandboxHarness, sandbox
from tests.contract.telnyx import TelnyxHarness, telnyx
from tests.contract.twilio import TwilioHarness, twilio
from tests.simulators.africas_talking_calls import Scenario

SetEnvironment = Callable[[dict[str, str]], None]
CARRIERS: dict[str, type[Harness]] = {
    "africas_talking": AfricasTalkingHarness,
    "africas_talking_demo": AfricasTalkingHarness,  # in the vocabulary of the provider's demo service
    "elevenlabs": ElevenLabsHarness,
    "sandbox": SandboxHarness,
    "telnyx": TelnyxHarness,
    "twilio": TwilioHarness,
}
INSTRUCTED = [name for name in CARRIERS if name != "elevenlabs"]
"""The carriers that ask what to do: the others let an AI agent lead the call."""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, clock_file: str) -> Iterator[SetEnvironment]:
    """Set what the product reads from its environment."""

    def put(values: dict[str, str]) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    put({"STAGE": "local", "TANDEM_CLOCK_FILE": clock_file, "WEBHOOK_EGRESS_ALLOW": "127.0.0.0/8"})
    yield put
    settings.cache_clear()


@pytest.fixture(params=list(CARRIERS))
def harness(request: pytest.FixtureRequest, environment: SetEnvironment) -> Iterator[Harness]:
    """Each carrier in turn."""
    if request.param == "sandbox":
        environment(ENVIRONMENT)
        with sandbox() as running:
            yield running
        return
    if request.param == "elevenlabs":
        with elevenlabs() as simulated_elevenlabs:
            yield simulated_elevenlabs
        return
    if request.param == "twilio":
        with twilio() as simulated_twilio:
            yield simulated_twilio
        return
    if request.param == "telnyx":
        with telnyx() as simulated_telnyx:
            yield simulated_telnyx
        return
    scenario = Scenario(vocabulary="demo") if request.param == "africas_talking_demo" else Scenario()
    with africas_talking(scenario) as simulated:
        yield simulated
