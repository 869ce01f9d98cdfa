"""Telnyx held to the contract, by way of its simulator."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar

from tandem.carriers.audio import tone_wav
from tandem.carriers.base import CarrierRequest, CarrierResponse, Dial
from tandem.carriers.telnyx import VOICE_PATH, Account, Telnyx
from tandem.carriers.telnyx_state import State, written
from tests.contract.harness import DialAnswer
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Scenario
from tests.simulators.telnyx_commands import read

OWN, CUSTOMER = "+13125550100", "+254722000001"
ADDRESS = "https://api.example.com"
PATIENCE = 0.4
_FAULTS = {
    DialAnswer.BROKEN: Fault(status=503, body=b"overloaded"),
    DialAnswer.GARBLED: Fault(status=200, body=b"<html>It works!</html>"),
    DialAnswer.SILENT: Fault(delay=2 * PATIENCE, places=True),
    DialAnswer.LOST: Fault(reset=True, places=True),
}


class TelnyxHarness:
    """The adapter, with its simulator on the other side; webhooks are caught instead of posted."""

    answers: ClassVar = frozenset(DialAnswer)

    def __init__(self, simulator: TelnyxSimulator) -> None:
        self._simulator = simulator
        simulator.numbers.add(OWN)
        simulator.audio = tone_wav(1, "contract")
        simulator.post = self._catch
        self._caught: list[CarrierRequest] = []
        self.carrier = self._adapter(f"{simulator.base_url}/v2")

    def _adapter(self, base_url: str) -> Telnyx:
        account = Account(**self._simulator.account() | {"base_url": base_url})
        return Telnyx(account, address=lambda: ADDRESS, patience=PATIENCE)

    def _catch(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert url == f"{ADDRESS}{VOICE_PATH}"
        self._caught.append(CarrierRequest(url, headers, body))
        return 200

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """See Harness."""
        if answer is DialAnswer.UNREACHABLE:
            self.carrier = self._adapter("http://127.0.0.1:1")
        elif answer is DialAnswer.INVALID_NUMBER:
            self._simulator.refusals[CUSTOMER] = (422, "10016", "Phone number must be in +E.164 format")
        elif answer is DialAnswer.REFUSED:
            self._simulator.refusals[CUSTOMER] = (403, "10010", "Authorization failed")
        elif answer in _FAULTS:
            self._simulator.faults.append(_FAULTS[answer])
        return Dial(reference, OWN, CUSTOMER, record=answer is not DialAnswer.REFUSED)

    def placed(self, reference: str) -> int:
        """See Harness."""
        return self._simulator.dials(written(State(reference)))

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """See Harness."""
        session = self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, reference))
        self._simulator.play(session, Scenario())
        return self._caught

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """See Harness."""
        given = dict(genuine.headers)
        signature, time = given.pop("telnyx-signature-ed25519"), given.pop("telnyx-timestamp")
        signed = {"telnyx-signature-ed25519": signature}
        old, ahead = (
            replace(genuine, headers=self._simulator.signer.headers(genuine.body, kind)) for kind in ("old", "ahead")
        )
        return [
            replace(genuine, headers=given),
            replace(genuine, headers={**given, **signed}),
            replace(genuine, headers={**given, "telnyx-timestamp": time}),
            *(
                replace(genuine, headers={**given, **signed, "telnyx-timestamp": other})
                for other in (f"0{time}", f"+{time}", f"{time} ", f"{time}.0", str(int(time) + 1), "", "now")
            ),
            *(
                replace(genuine, headers={**given, "telnyx-timestamp": time, "telnyx-signature-ed25519": other})
                for other in (signature.swapcase(), signature[:-4], f"{signature}====", "", "é" * 88)
            ),
            old,
            ahead,
            replace(genuine, body=genuine.body + b" "),
            replace(genuine, body=json.dumps(json.loads(genuine.body), indent=1).encode()),
            replace(genuine, body=b""),
        ]

    def understands(self, response: CarrierResponse) -> None:
        """See Harness."""
        for command in json.loads(response.body.encode("utf-8").decode("utf-8")):
            ((action, body),) = command.items()
            to = body.get("to", "")
            if to.startswith("client:"):  # whose credential the command looks up
                body = {**body, "to": f"sip:{to.removeprefix('client:')}@sip.telnyx.com"}
            read(action, body)

    def recording(self, failures: int = 0) -> str:
        """See Harness."""
        return self._simulator.record(tone_wav(1, "contract"), failures=failures)

    def missing_recordings(self) -> Sequence[str]:
        """See Harness."""
        lost = self._simulator.record(b"", url="https://169.254.169.254/latest/meta-data/")
        url = f"{self._simulator.base_url}/store/{lost}.mp3"
        return [
            "0" * 36,
            f"leg:{'0' * 36}",
            lost,
            url,
            f"../calls/{lost}",
            f"lag:{lost}",
            "https://169.254.169.254/",
            "",
        ]


@contextmanager
def telnyx() -> Iterator[TelnyxHarness]:
    """A running simulator and the adapter in front of it."""
    with TelnyxSimulator() as simulator:
        yield TelnyxHarness(simulator)
