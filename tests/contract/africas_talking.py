"""Africa's Talking held to the contract, by way of its simulator."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlencode

from tandem.carriers.africas_talking import Account, AfricasTalking
from tandem.carriers.audio import tone_wav
from tandem.carriers.base import CarrierRequest, CarrierResponse, Dial
from tandem.carriers.instructions import Gather, Record, Say
from tests.contract.harness import DialAnswer
from tests.simulators.africas_talking import AfricasTalkingSimulator, Fault, Number
from tests.simulators.africas_talking_actions import read
from tests.simulators.africas_talking_calls import REPLY_TYPES, Reply, Scenario

OWN, CUSTOMER = "+254711000000", "+254722000001"
TOKEN = "contract-token"
INSTRUCT, EVENTS = "https://api.example.com/voice/instruct", "https://api.example.com/voice/events"
PATIENCE = 0.4
_FAULTS = {
    DialAnswer.BROKEN: Fault(status=503, body=b"overloaded"),
    DialAnswer.GARBLED: Fault(body=b"<html>It works!</html>"),
    DialAnswer.SILENT: Fault(delay=2 * PATIENCE, places=True),
    DialAnswer.LOST: Fault(reset=True, places=True),
}


class AfricasTalkingHarness:
    """The adapter, with its simulator on the other side; callbacks are caught instead of posted."""

    answers: ClassVar = frozenset(DialAnswer)

    def __init__(self, simulator: AfricasTalkingSimulator, scenario: Scenario) -> None:
        self._simulator = simulator
        self._scenario = scenario
        simulator.numbers[OWN] = Number(INSTRUCT, EVENTS)
        simulator.post = self._catch
        self._caught: list[CarrierRequest] = []
        self.carrier = self._adapter(simulator.base_url)

    def _adapter(self, base_url: str) -> AfricasTalking:
        account = Account(self._simulator.username, self._simulator.api_key, TOKEN, base_url, base_url)
        return AfricasTalking(account, patience=PATIENCE)

    def _catch(self, url: str, form: Mapping[str, str]) -> Reply:
        query = {"token": TOKEN}
        self._caught.append(CarrierRequest(f"{url}?{urlencode(query)}", {}, urlencode(form).encode(), query))
        prompt = Gather(Say("Press 1"), INSTRUCT)
        response = self.carrier.render([Record(None, INSTRUCT)] if "dtmfDigits" in form else [prompt])
        if "recordingUrl" in form:
            response = self.carrier.render([])
        return Reply(response.status, response.content_type, response.body)

    def prepare(self, answer: DialAnswer, reference: str) -> Dial:
        """See Harness."""
        if answer is DialAnswer.UNREACHABLE:
            self.carrier = self._adapter("http://127.0.0.1:1")
        elif answer is DialAnswer.INVALID_NUMBER:
            self._simulator.refusals[CUSTOMER] = "InvalidPhoneNumber"
        elif answer is DialAnswer.REFUSED:
            self._simulator.refusals[CUSTOMER] = "InsufficientCredit"
        elif answer in _FAULTS:
            self._simulator.faults.append(_FAULTS[answer])
        return Dial(reference, OWN, CUSTOMER, record=True)

    def placed(self, reference: str) -> int:
        """See Harness."""
        return self._simulator.dials(reference)

    def life(self, reference: str) -> Sequence[CarrierRequest]:
        """See Harness."""
        session = self.carrier.dial(self.prepare(DialAnswer.ACCEPTED, reference))
        recording = self.recording()
        self._simulator.play(session, replace(self._scenario, digits=("1",), recording_url=recording))
        return self._caught

    def forgeries(self, genuine: CarrierRequest) -> Sequence[CarrierRequest]:
        """See Harness."""
        return [replace(genuine, query=query) for query in ({}, {"token": ""}, {"token": TOKEN[:-1]}, {"Token": TOKEN})]

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
        base = self._simulator.base_url
        return [
            f"{base}/recordings/none.mp3",
            "http://127.0.0.1:1/refused.mp3",
            "https://169.254.169.254/latest/meta-data/",
            "https://[::ffff:10.0.0.1]/a.mp3",
            "https://no-such-host.invalid/a.mp3",
            "file:///etc/passwd",
            "not a url",
            "",
        ]


@contextmanager
def africas_talking(scenario: Scenario) -> Iterator[AfricasTalkingHarness]:
    """A running simulator and the adapter in front of it."""
    with AfricasTalkingSimulator() as simulator:
        yield AfricasTalkingHarness(simulator, scenario)
