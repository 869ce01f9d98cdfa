"""Twilio held to the contract, by way of its simulator."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from tandem.carriers.audio import tone_wav
from tandem.carriers.base import CarrierRequest, CarrierResponse, Dial
from tandem.carriers.instructions import Gather, Record, Say
from tandem.carriers.twilio import VOICE_PATH, Account, Twilio
from tests.contract.harness import DialAnswer
from tests.simulators.twilio import Fault, Number, TwilioSimulator
from tests.simulators.twilio_calls import REPLY_TYPES, Reply, Scenario
from tests.simulators.twilio_twiml import read

OWN, CUSTOMER = "+13125550100", "+254722000001"
ADDRESS = "https://api.example.com"
VOICE = f"{ADDRESS}{VOICE_PATH}"
PATIENCE = 0.4
_FAULTS = {
    DialAnswer.BROKEN: Fault(status=503, body=b"overloaded"),
    DialAnswer.GARBLED: Fault(status=201, body=b"<html>It works!</html>"),
    DialAnswer.SILENT: Fault(delay=2 * PATIENCE, places=True),
    DialAnswer.LOST: Fault(reset=True, places=True),
}


class TwilioHarness:
    """The adapter, with its simulator on the other side; callbacks are caught instead of posted."""

    answers: ClassVar = frozenset(DialAnswer)

    def __init__(self, simulator: TwilioSimulator) -> None:
        self._simulator = simulator
        simulator.numbers[OWN] = Number(VOICE)
        simulator.audio = tone_wav(1, "contract")
        simulator.post = self._catch
        self._caught: list[CarrierRequest] = []
        self.carrier = self._adapter(simulator.base_url)

    def _adapter(self, base_url: str) -> Twilio:
        keys = {"api_key_sid": "SK1", "api_key_secret": "secret", "application_sid": "AP1"}
        self._simulator.api_keys["SK1"] = "secret"
        account = Account(self._simulator.account_sid, self._simulator.auth_token, base_url=base_url, **keys)
        return Twilio(account, address=lambda: ADDRESS, patience=PATIENCE)

    def _catch(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Reply:
        query = dict(parse_qsl(urlsplit(url).query))
        self._caught.append(CarrierRequest(url, headers, urlencode(form).encode(), query))
        if VOICE_PATH not in url:
            return Reply(204, "", "")
        if "RecordingUrl" in form:
            response = self.carrier.render([])
        elif "Digits" in form:
            response = self.carrier.render([Record(None, VOICE)])
        else:
            response = self.carrier.render([Gather(Say("Press 1"), VOICE)])
        return Reply(response.status, response.content_type, response.body)

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """See Harness."""
        if answer is DialAnswer.UNREACHABLE:
            self.carrier = self._adapter("http://127.0.0.1:1")
        elif answer is DialAnswer.INVALID_NUMBER:
            self._simulator.refusals[CUSTOMER] = (400, 21211, "Invalid 'To' Phone Number")
        elif answer is DialAnswer.REFUSED:
            self._simulator.refusals[CUSTOMER] = (403, 21215, "Geo Permission not enabled")
        elif answer in _FAULTS:
            self._simulator.faults.append(_FAULTS[answer])
        return Dial(reference, OWN, CUSTOMER, record=answer is not DialAnswer.ACCEPTED)

    def placed(self, reference: str) -> int:
        """See Harness."""
        return self._simulator.dials(reference)

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """See Harness."""
        session = self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, reference))
        self._simulator.play(session, Scenario(digits=("1",)))
        return self._caught

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """See Harness."""
        signature = genuine.headers["x-twilio-signature"]
        unsigned = {name: value for name, value in genuine.headers.items() if name != "x-twilio-signature"}
        shared = {"x-twilio-webhooks-signature-settings": "key=SHARED1,algorithm=HMAC_SHA256"}
        return [
            replace(genuine, headers=unsigned),
            replace(genuine, headers={**unsigned, "x-twilio-signature": ""}),
            replace(genuine, headers={**unsigned, "x-twilio-signature": signature.swapcase()}),
            replace(genuine, headers={**genuine.headers, **shared}),
            replace(genuine, headers={**genuine.headers, "content-type": "text/plain"}),
            replace(genuine, body=genuine.body + b"&CallStatus=forged"),
            replace(genuine, body=b""),
            replace(genuine, url=genuine.url + "&ref=another"),
            replace(genuine, url=genuine.url.replace("api.example", "api.elsewhere")),
        ]

    def understands(self, response: CarrierResponse) -> None:
        """See Harness."""
        assert response.status == 200
        assert response.content_type.partition(";")[0] in REPLY_TYPES
        read(response.body.encode("utf-8").decode("utf-8"))

    def recording(self, failures: int = 0) -> str:
        """See Harness."""
        return self._simulator.record(tone_wav(1, "contract"), failures=failures)

    def missing_recordings(self) -> Sequence[str]:
        """See Harness."""
        lost = self._simulator.record(b"", moved_to="https://169.254.169.254/latest/meta-data/")
        url = f"{self._simulator.base_url}/2010-04-01/Accounts/x/Recordings/{lost}"
        return ["RE" + "0" * 32, lost, url, f"../Calls/{lost}", "https://169.254.169.254/", "not a url", ""]


@contextmanager
def twilio() -> Iterator[TwilioHarness]:
    """A running simulator and the adapter in front of it."""
    with TwilioSimulator() as simulator:
        yield TwilioHarness(simulator)
