"""ElevenLabs held to the contract, by way of its simulator."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from tandem.carriers.audio import tone_wav
from tandem.carriers.base import Assistant, CarrierRequest, CarrierResponse, Dial
from tandem.carriers.elevenlabs import EVENTS_PATH, Account, ElevenLabs
from tests.contract.harness import DialAnswer
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault, Number
from tests.simulators.elevenlabs_conversations import Scenario, signed

OWN, CUSTOMER = "+13125550100", "+254722000001"
PATIENCE = 0.4
ASSISTANT = Assistant(
    agent_id="01890a5d-ac96-774b-bcce-b302099a8057",
    name="Acme support",
    system_prompt="You are Acme's agent. The customer is {{customer_name}} of {{company}}.",
    first_message="Hello Asha, this is Acme.",
    voice_settings={"stability": 0.5, "similarity_boost": 0.75, "style": 0.2},
    variables={"customer_name": "Asha", "attempts": 2, "vip": True},
)
_FAULTS = {
    DialAnswer.BROKEN: Fault(status=503, body=b"overloaded"),
    DialAnswer.GARBLED: Fault(status=200, body=b"<html>It works!</html>"),
    DialAnswer.SILENT: Fault(delay=2 * PATIENCE, places=True),
    DialAnswer.LOST: Fault(reset=True, places=True),
}
_OUTBOUND = "/v1/convai/twilio/outbound-call"


class ElevenLabsHarness:
    """The adapter, with its simulator on the other side; webhooks are caught instead of posted."""

    answers: ClassVar = frozenset(DialAnswer)

    def __init__(self, simulator: ElevenLabsSimulator) -> None:
        self._simulator = simulator
        simulator.numbers["phnum_1"] = Number(OWN)
        simulator.audio = b"ID3" + tone_wav(1, "contract")
        simulator.post = self._catch
        simulator.webhook_url = f"https://api.example.com{EVENTS_PATH}"
        self._caught: list[CarrierRequest] = []
        self.carrier = self._adapter(simulator.account())
        self._agent_id = self.carrier.mirror(ASSISTANT)

    @staticmethod
    def _adapter(account: Mapping[str, Any]) -> ElevenLabs:
        return ElevenLabs(Account(**account), patience=PATIENCE)

    def _catch(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        self._caught.append(CarrierRequest(url, headers, body))
        return 200

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """See Harness."""
        if answer is DialAnswer.UNREACHABLE:
            self.carrier = self._adapter({**self._simulator.account(), "base_url": "http://127.0.0.1:1"})
        elif answer is DialAnswer.INVALID_NUMBER:
            problem = {"loc": ["body", "to_number"], "msg": "is no telephone number", "type": "value_error"}
            self._simulator.refusals[CUSTOMER] = (422, [problem])
        elif answer is DialAnswer.REFUSED:
            self._simulator.refusals[CUSTOMER] = (401, {"status": "quota_exceeded", "message": "No credits are left."})
        elif answer in _FAULTS:
            self._simulator.faults.append(replace(_FAULTS[answer], path=_OUTBOUND))
        assistant = replace(ASSISTANT, provider_agent_id=self._agent_id)
        return Dial(reference, OWN, CUSTOMER, record=True, assistant=assistant)

    def placed(self, reference: str) -> int:
        """See Harness."""
        return self._simulator.dials(reference)

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """See Harness."""
        session = self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, reference))
        self._simulator.play(session, Scenario())
        return self._caught

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """See Harness."""
        header = genuine.headers["elevenlabs-signature"]
        now, secret = datetime.now(UTC), self._simulator.webhook_secret
        moment, _, digest = header.partition(",v0=")
        later = f"t={int(moment.removeprefix('t=')) + 1},v0={digest}"
        return [
            replace(genuine, headers={}),
            replace(genuine, headers={"elevenlabs-signature": ""}),
            replace(genuine, headers={"elevenlabs-signature": header.upper()}),
            replace(genuine, headers={"elevenlabs-signature": later}),
            replace(genuine, headers={"elevenlabs-signature": f"{header},t=1"}),
            replace(genuine, headers={"elevenlabs-signature": f"v0={digest}"}),
            replace(genuine, headers=signed(genuine.body, secret, now, "stale")),
            replace(genuine, headers=signed(genuine.body, secret, now, "future")),
            replace(genuine, headers=signed(genuine.body, secret, now, "wrong")),
            replace(genuine, body=genuine.body + b" "),
            replace(genuine, body=b""),
        ]

    def understands(self, response: CarrierResponse) -> None:
        """See Harness."""
        raise AssertionError("ElevenLabs asks for no instructions")

    def recording(self, failures: int = 0) -> str:
        """See Harness."""
        session = self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, f"t-1.recorded-{failures}"))
        self._simulator.end(session)
        self._simulator.audio_failures = failures
        return session

    def missing_recordings(self) -> Sequence[str]:
        """See Harness."""
        return ["conv_unknown", "../agents", "https://169.254.169.254/", "not a name", ""]


@contextmanager
def elevenlabs() -> Iterator[ElevenLabsHarness]:
    """A running simulator and the adapter in front of it."""
    with ElevenLabsSimulator() as simulator:
        yield ElevenLabsHarness(simulator)
