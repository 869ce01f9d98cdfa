"""The simulator of Africa's Talking is itself held to the provider: its official client, its rules, its bad days."""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from africastalking.Service import AfricasTalkingException  # type: ignore[import-untyped]
from africastalking.Voice import VoiceService  # type: ignore[import-untyped]

from tandem.carriers.africas_talking import Account, AfricasTalking
from tandem.carriers.base import CarrierEvent, CarrierRequest, Dial, Happened, Outcome
from tandem.carriers.instructions import Connect, Enqueue, Gather, Instruction, Play, Record, Redirect, Reject, Say
from tests.simulators.africas_talking import AfricasTalkingSimulator, Number
from tests.simulators.africas_talking_actions import Violation, read
from tests.simulators.africas_talking_calls import Call, Reply, Scenario

OWN, CUSTOMER, COLLEAGUE = "+254711000000", "+254722000001", "+254722000002"
INSTRUCT, EVENTS = (f"https://api.example.com/voice/{path}?token=t" for path in ("instruct", "events"))
KEYS = f"{INSTRUCT}&keys"
RECORDING = "https://media.example.com/a.mp3"


class Client(VoiceService):  # type: ignore[misc]
    """The official client, pointed at the simulator."""

    def __init__(self, base_url: str, api_key: str = "atsk_simulated") -> None:
        self._address = base_url
        super().__init__("acme", api_key)

    def _init_service(self) -> None:
        self._baseUrl = self._address


@pytest.fixture
def simulator() -> Iterator[AfricasTalkingSimulator]:
    with AfricasTalkingSimulator(numbers={OWN: Number(INSTRUCT, EVENTS)}) as running:
        yield running


def _adapter(simulator: AfricasTalkingSimulator) -> AfricasTalking:
    return AfricasTalking(Account("acme", "atsk_simulated", "t", simulator.base_url))


# The official client


def test_the_official_client_places_calls(simulator: AfricasTalkingSimulator) -> None:
    answer = Client(simulator.base_url).call(OWN, [CUSTOMER, COLLEAGUE])
    assert answer["errorMessage"] == "None"
    assert [entry["phoneNumber"] for entry in answer["entries"]] == [CUSTOMER, COLLEAGUE]
    for entry in answer["entries"]:
        assert entry["status"] == "Queued"
        assert re.fullmatch(r"ATVId_[0-9a-f]{32}", entry["sessionId"])


def test_the_official_client_reads_queues_and_uploads_media(simulator: AfricasTalkingSimulator) -> None:
    simulator.queues["support"] = 2
    client = Client(simulator.base_url)
    assert client.fetch_queued_calls(OWN) == {
        "status": "Success",
        "errorMessage": "None",
        "entries": [{"phoneNumber": OWN, "queueName": "support", "numCalls": 2}],
    }
    assert "new resource being created" in client.media_upload(OWN, RECORDING)


def test_the_official_client_is_refused_with_a_wrong_key(simulator: AfricasTalkingSimulator) -> None:
    with pytest.raises(AfricasTalkingException, match="The supplied authentication is invalid"):
        Client(simulator.base_url, "wrong").call(OWN, [CUSTOMER])


def test_our_adapter_asks_for_a_call_as_the_official_client_does(simulator: AfricasTalkingSimulator) -> None:
    Client(simulator.base_url).call(OWN, [CUSTOMER])
    _adapter(simulator).dial(Dial("t.c", OWN, CUSTOMER, record=False))
    official, ours = simulator.requests
    assert ours.path == official.path
    assert ours.fields == {**official.fields, "clientRequestId": "t.c"}
    for header in ("accept", "apikey", "content-type"):
        assert ours.headers[header] == official.headers[header]


def test_answers_carry_the_providers_headers(simulator: AfricasTalkingSimulator) -> None:
    request = urllib.request.Request(
        f"{simulator.base_url}/call",
        f"username=acme&from=%2B{OWN[1:]}&to=%2B{CUSTOMER[1:]}".encode(),
        {"apiKey": "atsk_simulated", "Accept": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Server"].startswith("akka-http/10.")
        assert answer.read().startswith(
            b'{"entries":[{"phoneNumber":"+254722000001","status":"Queued","sessionId":"ATVId_'
        )


@pytest.mark.parametrize("missing", ["username", "from", "to"])
def test_a_form_without_a_field_is_refused_by_name(simulator: AfricasTalkingSimulator, missing: str) -> None:
    form = {"username": "acme", "from": OWN, "to": CUSTOMER}
    del form[missing]
    request = urllib.request.Request(
        f"{simulator.base_url}/call", urlencode(form).encode(), {"apiKey": "atsk_simulated"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    with refused.value as answer:
        assert (answer.code, answer.headers["Content-Type"]) == (400, "text/plain; charset=UTF-8")
        assert answer.read().decode() == f"Request is missing required form field '{missing}'"


# The rules of its XML


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "OK",
        "<Response>",
        "<response/>",
        "<Response/><Response/>",
        '<Response version="1"/>',
        "<Response>loose</Response>",
        "<Response><Say>a</Say>loose</Response>",
        "<Response><Say>Tom & Ann</Say></Response>",
        "<Response><Say>\x01</Say></Response>",
        "<Response><Say>\ud800</Say></Response>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><Response><Say>&b;</Say></Response>",
        "<Response><Hangup/></Response>",
        "<Response><say>a</say></Response>",
        "<Response><Say loud='true'>a</Say></Response>",
        "<Response><Say playBeep='yes'>a</Say></Response>",
        "<Response><Say><Say>a</Say></Say></Response>",
        "<Response><Play/></Response>",
        "<Response><Play url='http://media.example.com/a.mp3'/></Response>",
        "<Response><GetDigits/></Response>",
        "<Response><GetDigits><Say>a</Say><Say>b</Say></GetDigits></Response>",
        "<Response><GetDigits><Dial phoneNumbers='+254722000001'/></GetDigits></Response>",
        "<Response><GetDigits numDigits='0'><Say>a</Say></GetDigits></Response>",
        "<Response><GetDigits finishOnKey='##'><Say>a</Say></GetDigits></Response>",
        "<Response><GetDigits callbackUrl='/next'><Say>a</Say></GetDigits></Response>",
        "<Response><Dial/></Response>",
        "<Response><Dial phoneNumbers=''/></Response>",
        "<Response><Dial phoneNumbers='+254722000001,'/></Response>",
        "<Response><Dial phoneNumbers='0722 000 001'/></Response>",
        "<Response><Record><Say>a</Say><Play url='https://m.example.com/a'/></Record></Response>",
        "<Response><Redirect/></Response>",
        "<Response><Redirect>next.xml</Redirect></Response>",
        "<Response><Say>a</Say><Reject/></Response>",
        "<Response><Dequeue/></Response>",
    ],
)
def test_what_the_provider_would_not_understand_is_a_violation(reply: str) -> None:
    with pytest.raises(Violation):
        read(reply)


def test_both_spellings_of_an_attribute_are_read() -> None:
    (action,) = read(f"<Response><GetDigits callBackUrl='{INSTRUCT}'><Say>a</Say></GetDigits></Response>")
    assert action.attributes == {"callbackUrl": INSTRUCT}


# Calls


class Product:
    """The other side of the callbacks: our adapter, and a flow to answer with."""

    def __init__(self, simulator: AfricasTalkingSimulator, flow: Callable[[dict[str, str]], list[Instruction]]) -> None:
        self.adapter = _adapter(simulator)
        self.events: list[CarrierEvent] = []
        self._flow = flow

    def post(self, url: str, form: Mapping[str, str]) -> Reply:
        """Take a callback."""
        query = dict(parse_qsl(urlsplit(url).query))
        request = CarrierRequest(url, {}, urlencode(form).encode(), query)
        self.adapter.verify(request)
        self.events += self.adapter.parse(request)
        response = self.adapter.render(self._flow(dict(form)))
        return Reply(response.status, response.content_type, response.body)

    @property
    def happened(self) -> list[Happened]:
        """What was told, in short."""
        return [event.happened for event in self.events]


def _menu(form: dict[str, str]) -> list[Instruction]:
    if "dialDestinationNumber" in form or "recordingUrl" in form or form.get("isActive") == "0":
        return []
    match form.get("dtmfDigits"):
        case None:
            return [Gather(Say("Press 1, 2 or 3"), KEYS), Say("Goodbye")]
        case "1":
            return [Connect([COLLEAGUE], OWN, record=True), Say("Nobody is here")]
        case "2":
            return [Record(Say("Speak"), KEYS)]
        case "3":
            return [Enqueue("support")]
        case "4":
            return [Redirect(INSTRUCT)]
        case _:
            return [Play(RECORDING), Reject()]


def _play(simulator: AfricasTalkingSimulator, scenario: Scenario) -> tuple[Call, Product]:
    product = Product(simulator, _menu)
    simulator.post = product.post
    session = product.adapter.dial(Dial("t.c", OWN, CUSTOMER, record=True))
    return simulator.play(session, scenario), product


def test_a_call_that_nobody_takes_tells_its_end_alone(simulator: AfricasTalkingSimulator) -> None:
    simulator.numbers[OWN] = Number(INSTRUCT)
    call, product = _play(simulator, Scenario(answered=False, cause="USER_BUSY"))
    assert len(call.posted) == 1
    (ended,) = product.events
    assert (ended.happened, ended.outcome, ended.duration, ended.reference) == (Happened.ENDED, Outcome.BUSY, 0, "t.c")


def test_without_a_key_the_next_action_follows_and_nothing_is_posted(simulator: AfricasTalkingSimulator) -> None:
    call, product = _play(simulator, Scenario())
    assert call.heard == ["Press 1, 2 or 3", "Goodbye"]
    assert product.happened == [Happened.RINGING, Happened.ANSWERED, Happened.ANSWERED, Happened.ENDED]


def test_a_key_leads_to_a_colleague(simulator: AfricasTalkingSimulator) -> None:
    call, product = _play(simulator, Scenario(digits=("1",), recording_url=RECORDING))
    assert call.dialled == [COLLEAGUE]
    assert call.heard == ["Press 1, 2 or 3"]
    assert product.events[-1].recording == RECORDING
    assert [event.digits for event in product.events if event.digits] == ["1"]


def test_a_colleague_who_is_away_is_made_up_for(simulator: AfricasTalkingSimulator) -> None:
    call, _ = _play(simulator, Scenario(digits=("1",), dialled_party_answers=False))
    assert call.heard == ["Press 1, 2 or 3", "Nobody is here"]


def test_callbacks_about_the_colleague_lead_to_no_second_dial(simulator: AfricasTalkingSimulator) -> None:
    call, product = _play(simulator, Scenario(digits=("1",), dial_reposts=True))
    assert call.dialled == [COLLEAGUE]
    assert product.happened.count(Happened.ENDED) == 1


def test_a_flow_that_dials_on_every_callback_is_a_violation(simulator: AfricasTalkingSimulator) -> None:
    simulator.post = Product(simulator, lambda form: [Connect([COLLEAGUE])]).post
    with pytest.raises(Violation, match="loop"):
        simulator.incoming(OWN, CUSTOMER, Scenario(dial_reposts=True))


def test_a_flow_without_end_is_a_violation(simulator: AfricasTalkingSimulator) -> None:
    simulator.post = Product(simulator, lambda form: [Redirect(INSTRUCT)]).post
    with pytest.raises(Violation, match="without end"):
        simulator.incoming(OWN, CUSTOMER)


def test_a_message_is_recorded_and_its_address_posted(simulator: AfricasTalkingSimulator) -> None:
    call, product = _play(simulator, Scenario(digits=("2",), recording_url=RECORDING))
    assert call.heard == ["Press 1, 2 or 3", "Speak"]
    assert product.happened.count(Happened.RECORDED) == 2  # once on the way, once at the end


def test_a_caller_waits_in_a_queue_or_is_sent_round(simulator: AfricasTalkingSimulator) -> None:
    call, _ = _play(simulator, Scenario(digits=("4", "3")))
    assert call.heard == ["Press 1, 2 or 3"] * 2
    assert call.queues == ["support"]


def test_a_late_end_or_a_doubled_one_or_none_is_survived(simulator: AfricasTalkingSimulator) -> None:
    _, product = _play(simulator, Scenario(final_first=True))
    assert product.happened == [Happened.RINGING, Happened.ENDED, Happened.ANSWERED]
    _, product = _play(simulator, Scenario(duplicates=True))
    assert product.happened == [Happened.RINGING] * 2 + [Happened.ANSWERED] * 4 + [Happened.ENDED] * 2
    _, product = _play(simulator, Scenario(omit_final=True))
    assert Happened.ENDED not in product.happened


def test_a_recording_can_come_after_the_end(simulator: AfricasTalkingSimulator) -> None:
    _, product = _play(simulator, Scenario(digits=("1",), recording_url=RECORDING, recording_late=True))
    assert [one for one in product.happened if one != Happened.LEG_ENDED][-3:] == [
        Happened.ENDED, Happened.ENDED, Happened.RECORDED]  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "outcome"),
    [
        (Scenario(cause=None), Outcome.ANSWERED_HUMAN),
        (Scenario(cause=None, answered=False), Outcome.NO_ANSWER),
        (Scenario(cause="CALL_REJECTED", answered=False), Outcome.DECLINED),
        (Scenario(cause="UNALLOCATED_NUMBER", answered=False, state="Failed"), Outcome.INVALID_NUMBER),
        (Scenario(literal_plus=True, parties_swapped=True), Outcome.ANSWERED_HUMAN),
        (Scenario(vocabulary="demo"), Outcome.ANSWERED_HUMAN),
        (Scenario(vocabulary="demo", answered=False, cause="NETWORK_ERROR"), Outcome.CARRIER_ERROR),
    ],
)
def test_each_end_has_its_outcome(simulator: AfricasTalkingSimulator, scenario: Scenario, outcome: Outcome) -> None:
    _, product = _play(simulator, scenario)
    (ended,) = [event for event in product.events if event.happened is Happened.ENDED]
    assert ended.outcome is outcome


def test_a_caller_can_be_rejected_and_it_costs_nothing(simulator: AfricasTalkingSimulator) -> None:
    product = Product(simulator, lambda form: [Reject()])
    simulator.post = product.post
    assert simulator.incoming(OWN, CUSTOMER).rejected
    ended = product.events[-1]
    assert (ended.direction, ended.from_number, ended.to_number) == ("inbound", CUSTOMER, OWN)
    assert ended.cost is not None
    assert float(ended.cost.amount) == 0


def test_a_browser_calls_as_a_client_of_the_account(simulator: AfricasTalkingSimulator) -> None:
    product = Product(simulator, _menu)
    simulator.post = product.post
    call = simulator.browser_call(OWN, "Ada.L", CUSTOMER)
    assert call.posted[0][1]["clientDialedNumber"] == CUSTOMER
    assert {event.from_number for event in product.events} == {"acme.Ada.L"}


@contextmanager
def _served(product: Product) -> Iterator[str]:
    """The product's callbacks on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            reply = product.post(self.path, form)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def log_message(self, *args: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_calls_are_played_over_http_in_the_background(simulator: AfricasTalkingSimulator) -> None:
    callback = ""

    def flow(form: dict[str, str]) -> list[Instruction]:
        return [Enqueue("support")] if form.get("dtmfDigits") == "3" else [Gather(Say("Press 3"), callback)]

    product = Product(simulator, flow)
    with _served(product) as base_url:
        callback = f"{base_url}/voice/instruct?token=t"
        simulator.numbers[OWN] = Number(callback, f"{base_url}/voice/events?token=t")
        simulator.scenarios[CUSTOMER] = Scenario(digits=("3",))
        session = product.adapter.dial(Dial("t.c", OWN, CUSTOMER, record=False))
        simulator.finish()
    assert simulator.calls[session].queues == ["support"]
    assert product.happened[-1] is Happened.ENDED


def test_what_breaks_in_the_background_is_brought_to_light(simulator: AfricasTalkingSimulator) -> None:
    product = Product(simulator, lambda form: [Gather(Say("Press 1"), "/not-absolute")])
    simulator.post = product.post
    simulator.scenarios[CUSTOMER] = Scenario()
    product.adapter.dial(Dial("t.c", OWN, CUSTOMER, record=False))
    with pytest.raises(Violation, match="callbackUrl"):
        simulator.finish()
