"""The adapter for Telnyx against the provider's wire."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tandem import clock
from tandem.carriers.base import (
    Assistant,
    CarrierRequest,
    Cue,
    Dial,
    DialRefused,
    DialUnknown,
    Finding,
    Happened,
    Order,
    OrderRefused,
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.instructions import Answer, Command, Connect, HangUp, Redirect, Say
from tandem.carriers.telnyx import Account, Telnyx
from tandem.carriers.telnyx_state import State, written
from tandem.config import settings
from tandem.errors import Conflict, Unavailable
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Call, Scenario

OWN, CUSTOMER = "+13125550100", "+254722000001"
ADDRESS = "https://api.example.com"
REFERENCE = "t-1.c-1"
DIAL = Dial(REFERENCE, OWN, CUSTOMER, record=True)


@pytest.fixture
def simulator() -> Iterator[TelnyxSimulator]:
    with TelnyxSimulator(numbers={OWN}, post=lambda url, body, headers: 200) as running:
        yield running


def _adapter(simulator: TelnyxSimulator, **account: str) -> Telnyx:
    return Telnyx(Account(**simulator.account(**account)), address=lambda: ADDRESS, patience=0.4)


@pytest.fixture
def carrier(simulator: TelnyxSimulator) -> Telnyx:
    return _adapter(simulator)


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch, clock_file: str, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """Set the local stage's surroundings: an allowance for egress, and faults to inject."""
    faults = tmp_path / "faults.json"
    for name, value in (
        ("STAGE", "local"),
        ("TANDEM_CLOCK_FILE", clock_file),
        ("TANDEM_FAULTS_FILE", os.fspath(faults)),
    ):
        monkeypatch.setenv(name, value)

    def put(allow: str = "", **fault: str) -> None:
        monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", allow)
        faults.write_text(json.dumps([{"carrier": "telnyx", "rate": 1.0, **fault}] if fault else []))
        settings.cache_clear()

    put()
    yield put
    settings.cache_clear()


def _sought(session: str | None = None, reference: str = REFERENCE, ago: float = 60) -> Sought:
    return Sought(reference, OWN, CUSTOMER, clock.now() - timedelta(seconds=ago), session)


def _live(simulator: TelnyxSimulator) -> Call:
    call = Call(CUSTOMER, OWN, "incoming", simulator.connection_id, "", simulator.now(), state="answered")
    simulator.calls[call.control_id] = call
    return call


def _order(call: Call, command: Command, order_id: str = "o1") -> Order:
    return Order(order_id, call.control_id, REFERENCE, command, Cue(2, 1))


# Dialling


def test_a_call_is_placed_with_our_reference_and_the_address_of_its_news(
    simulator: TelnyxSimulator, carrier: Telnyx
) -> None:
    session = carrier.dial(DIAL)
    assert list(simulator.calls) == [session]
    (request,) = simulator.requests
    assert (request.method, request.path) == ("POST", "/v2/calls")
    assert request.headers["authorization"] == f"Bearer {simulator.api_key}"
    body = json.loads(request.body)
    assert len(body.pop("command_id")) == 36
    assert body == {
        "connection_id": simulator.connection_id, "to": CUSTOMER, "from": OWN, "timeout_secs": 60,
        "answering_machine_detection": "detect", "client_state": written(State(REFERENCE)),
        "webhook_url": f"{ADDRESS}/api/webhooks/telnyx/voice", "webhook_url_method": "POST",
        "record": "record-from-answer", "record_channels": "dual", "record_format": "mp3",
    }  # fmt: skip


def test_the_same_call_is_dialled_with_the_same_command_id(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    for reference in (REFERENCE, REFERENCE, "t-1.c-2"):
        carrier.dial(Dial(reference, OWN, CUSTOMER, record=False))
    first, again, other = (request.fields["command_id"] for request in simulator.requests)
    assert first == again != other
    assert not [name for name in simulator.requests[0].fields if name.startswith("record")]


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (422, "10016", Outcome.INVALID_NUMBER),
        (422, "10015", Outcome.CARRIER_ERROR),
        (403, "10010", Outcome.CARRIER_ERROR),
        (401, "10009", Outcome.CARRIER_ERROR),
        (429, "10011", Outcome.CARRIER_ERROR),
    ],
)
def test_a_client_error_is_a_refusal_with_its_code(
    simulator: TelnyxSimulator, carrier: Telnyx, status: int, code: str, outcome: Outcome
) -> None:
    simulator.refusals[CUSTOMER] = (status, code, "No.\n")
    with pytest.raises(DialRefused) as refused:
        carrier.dial(DIAL)
    assert (refused.value.outcome, refused.value.cause) == (outcome, f"{code} No.")
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b'{"errors":[]}', b'{"errors":[null]}', b'{"errors":{}}', b"[" * 9999]
)
def test_a_refusal_that_says_nothing_is_one_nevertheless(
    simulator: TelnyxSimulator, carrier: Telnyx, body: bytes
) -> None:
    simulator.faults.append(Fault(status=422, body=body or b" "))
    with pytest.raises(DialRefused, match=r"^422$"):
        carrier.dial(DIAL)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=408), Fault(status=500), Fault(status=302), Fault(status=200, body=b'{"data":{}}'),
        Fault(status=200, body=b'{"data":{"call_control_id":"with a blank"}}'), Fault(status=200, body=b"null"),
    ],
)  # fmt: skip
def test_an_answer_that_is_neither_yes_nor_no_is_unknown_and_the_call_not_dialled_again(
    simulator: TelnyxSimulator, carrier: Telnyx, fault: Fault
) -> None:
    simulator.faults.append(fault)
    with pytest.raises(DialUnknown):
        carrier.dial(DIAL)
    assert len(simulator.requests) == 1


def test_faults_of_the_local_stage_are_shown(
    simulator: TelnyxSimulator, carrier: Telnyx, local: Callable[..., None]
) -> None:
    local(operation="dial", kind="fail")
    with pytest.raises(DialRefused):
        carrier.dial(DIAL)
    assert simulator.calls == {}
    local(operation="dial", kind="drop_answer")
    with pytest.raises(DialUnknown):
        carrier.dial(DIAL)
    assert len(simulator.calls) == 1
    local(operation="fetch_recording", kind="fail")
    with pytest.raises(RecordingUnavailable):
        list(carrier.fetch_recording(simulator.record(b"RIFF")))


@pytest.mark.parametrize(
    ("account", "provider_agent_id", "lent"),
    [("", "assistant-of-the-agent", "assistant-of-the-agent"), ("assistant-1", "", "assistant-1"),
     ("assistant-1", "agent_at_another_provider", "assistant-1")],
)  # fmt: skip
def test_an_agent_borrows_an_assistant_that_is_known(
    simulator: TelnyxSimulator, account: str, provider_agent_id: str, lent: str
) -> None:
    agent = Assistant("a1", "Ada", "Sell shoes.", first_message="x" * 4000, provider_agent_id=provider_agent_id or None)
    _adapter(simulator, assistant_id=account).dial(Dial(REFERENCE, OWN, CUSTOMER, record=False, assistant=agent))
    (call,) = simulator.calls.values()
    assert call.order["assistant"] == {
        "id": lent, "name": "Ada", "instructions": "Sell shoes.", "greeting": "x" * 3000,
    }  # fmt: skip
    assert call.order["transcription_config"]["transcription_tracks"] == "both"
    assert len(simulator.requests) == 1


# Asking


def test_a_call_is_found_with_all_that_happened(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    session = carrier.dial(DIAL)
    simulator.play(session, Scenario(machine=True))
    for known in (session, None):
        found = carrier.find(_sought(known))
        assert (found.finding, found.carrier_call_id) == (Finding.PLACED, session)
        happened = [event.happened for event in found.events]
        assert happened == [
            Happened.RINGING, Happened.ANSWERED, Happened.MACHINE, Happened.ENDED, Happened.RECORDED,
        ]  # fmt: skip


def test_that_no_call_was_placed_is_certain_after_a_while_where_none_began(
    simulator: TelnyxSimulator, carrier: Telnyx
) -> None:
    assert carrier.find(_sought(ago=10)).finding is Finding.CANNOT_TELL
    assert carrier.find(_sought(ago=60)).finding is Finding.NOT_PLACED
    assert carrier.find(_sought(ago=24 * 3600)).finding is Finding.CANNOT_TELL
    carrier.dial(Dial("another.call", OWN, CUSTOMER, record=False))
    assert carrier.find(_sought(ago=60)).finding is Finding.CANNOT_TELL


@pytest.mark.parametrize("session", ["v3:unknown", "with a blank", "é", ""])
def test_a_call_that_telnyx_does_not_know_is_none_that_can_be_told_of(carrier: Telnyx, session: str) -> None:
    assert carrier.find(_sought(session)).finding is Finding.CANNOT_TELL


def test_a_carrier_that_does_not_answer_cannot_tell(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    for fault in (Fault(status=500), Fault(reset=True), Fault(status=200, body=b"<html>")):
        simulator.faults.append(fault)
        assert carrier.find(_sought("v3:x")).finding is Finding.CANNOT_TELL


# Commands


def test_a_command_goes_with_our_state_and_its_own_id(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    call = _live(simulator)
    carrier.command(_order(call, Say("Hello")))
    state = written(State(REFERENCE, Cue(2, 1)))
    spoken = {"payload": "Hello", "voice": "Telnyx.KokoroTTS.af", "client_state": state, "command_id": "o1"}
    assert call.commands == [("speak", spoken)]
    carrier.command(_order(call, Connect(["+254733000002"]), "o2"))
    transfer = call.commands[1][1]
    assert transfer["target_leg_client_state"] == written(State(REFERENCE, Cue(2, 1), is_leg=True))
    assert transfer["webhook_url"] == f"{ADDRESS}/api/webhooks/telnyx/voice"
    assert "%3A" in simulator.requests[0].path
    carrier.command(_order(call, Answer(), "o3"))
    assert call.commands[2][1]["webhook_url"] == f"{ADDRESS}/api/webhooks/telnyx/voice"


@pytest.mark.parametrize("fault", [Fault(status=503), Fault(reset=True), Fault(reset=True, places=True)])
def test_a_command_without_a_clear_answer_is_sent_once_more_and_done_once(
    simulator: TelnyxSimulator, carrier: Telnyx, fault: Fault
) -> None:
    call = _live(simulator)
    simulator.faults.append(fault)
    carrier.command(_order(call, Say("Hello")))
    assert len(call.commands) == 1
    assert len(simulator.requests) == 2


@pytest.mark.parametrize(
    "faults", [[Fault(status=503)] * 2, [Fault(reset=True)] * 2, [Fault(status=429)], [Fault(status=401)]]
)
def test_a_command_that_cannot_be_sent_now_is_for_later(
    simulator: TelnyxSimulator, carrier: Telnyx, faults: list[Fault]
) -> None:
    call = _live(simulator)
    simulator.faults += faults
    with pytest.raises(Unavailable):
        carrier.command(_order(call, Say("Hello")))
    assert call.commands == []


def test_a_call_that_is_over_or_unknown_is_commanded_in_vain(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    call = _live(simulator)
    call.state = "hangup"
    carrier.command(_order(call, Say("Hello")))
    carrier.hang_up(call.control_id)
    carrier.hang_up("v3:unknown")
    carrier.hang_up("not an id")
    assert call.commands == []
    assert len(simulator.requests) == 3


@pytest.mark.parametrize(
    "command", [Connect(["nobody,"]), Connect(["client:nobody"]), Redirect("https://x.example"), Connect([CUSTOMER])]
)
def test_what_telnyx_will_not_do_is_refused(simulator: TelnyxSimulator, carrier: Telnyx, command: Command) -> None:
    simulator.refusals[CUSTOMER] = (422, "10016", "No.")
    call = _live(simulator)
    with pytest.raises(OrderRefused):
        carrier.command(_order(call, command))
    assert call.commands == []


def test_a_call_is_hung_up_once_however_often(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    call = _live(simulator)
    for _ in range(3):
        carrier.hang_up(call.control_id)
    ((action, body),) = call.commands
    assert (action, "client_state" in body) == ("hangup", False)
    carrier.command(_order(call, HangUp()))
    assert call.commands[1][0] == "hangup"


def test_a_call_that_telnyx_will_not_end_is_said_to_go_on(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    simulator.faults.append(Fault(status=422, body=b'{"errors":[{"code":"90034","title":"Call not answered yet"}]}'))
    with pytest.raises(Unavailable, match="90034"):
        carrier.hang_up(_live(simulator).control_id)


# Browsers


def test_each_client_has_one_credential_which_is_prolonged(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    tokens = [carrier.client_token("ada_1", seconds, OWN) for seconds in (600, 300, 900)]
    (credential,) = simulator.credentials.values()
    assert (credential["name"], "sip_password" in tokens[0].token) == ("ada_1", False)
    lasting = [(token.expires_at - clock.now()).total_seconds() for token in tokens]
    assert [round(seconds, -1) for seconds in lasting] == [600, 300, 900]
    writes = [request.method for request in simulator.requests if "token" not in request.path.rpartition("/")[2]]
    assert writes == ["GET", "POST", "GET", "GET", "PATCH"]
    carrier.client_token("bob_2", 600, OWN)
    assert len(simulator.credentials) == 2


def test_a_client_is_rung_at_its_newest_credential(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    carrier.client_token("ada_1", 600, OWN)
    (known,) = simulator.credentials.values()
    simulator.credentials["newer"] = {**known, "id": "newer", "sip_username": "gencrednew", "created_at": "9999"}
    call = _live(simulator)
    carrier.command(_order(call, Connect([carrier.client_address("ada_1")])))
    assert call.commands[0][1]["to"] == "sip:gencrednew@sip.telnyx.com"


def test_an_account_without_a_credential_connection_has_no_browsers(simulator: TelnyxSimulator) -> None:
    with pytest.raises(Conflict, match="credential connection"):
        _adapter(simulator, credential_connection_id="").client_token("ada_1", 600, OWN)
    assert simulator.requests == []


@pytest.mark.parametrize("after", [0, 1, 2])
def test_a_token_that_cannot_be_had_is_for_later(simulator: TelnyxSimulator, carrier: Telnyx, after: int) -> None:
    simulator.faults += [Fault(places=True)] * after + [Fault(status=503)]
    with pytest.raises(Unavailable):
        carrier.client_token("ada_1", 600, OWN)
    simulator.faults += [Fault(places=True)] * 2 + [Fault(status=201, body=b"<html>")]
    with pytest.raises(Unavailable):
        carrier.client_token("bob_2", 600, OWN)


# Recordings


def test_our_credentials_stay_at_home(simulator: TelnyxSimulator, carrier: Telnyx, local: Callable[..., None]) -> None:
    local(allow="127.0.0.0/8")
    recording = simulator.record(b"RIFF....WAVE", leg_id="leg-1")
    for source in (recording, "leg:leg-1"):
        assert b"".join(carrier.fetch_recording(source)) == b"RIFF....WAVE"
        assert simulator.requests[-1].path == f"/store/{recording}.mp3"
        assert "authorization" not in simulator.requests[-1].headers
    local()
    with pytest.raises(RecordingUnavailable, match="address_refused"):
        list(carrier.fetch_recording(recording))


def test_all_of_a_legs_recordings_are_deleted(simulator: TelnyxSimulator, carrier: Telnyx) -> None:
    kept = simulator.record(b"RIFF", leg_id="leg-2")
    for _ in range(2):
        simulator.record(b"RIFF", leg_id="leg-1")
    assert carrier.delete_recording("leg:leg-1")
    assert list(simulator.recordings) == [kept]
    simulator.faults.append(Fault(status=500))
    with pytest.raises(RecordingUnavailable):
        carrier.delete_recording(kept)
    simulator.faults += [Fault(places=True), Fault(status=409)]
    with pytest.raises(RecordingUnavailable, match="409"):
        carrier.delete_recording(kept)
    simulator.faults += [Fault(places=True), Fault(reset=True)]
    with pytest.raises(RecordingUnavailable):
        carrier.delete_recording(kept)


def test_a_webhook_that_is_too_long_tells_nothing(carrier: Telnyx) -> None:
    body = b'{"data":' + b" " * 1024 * 1024 + b"}"
    assert carrier.parse(CarrierRequest("", {}, body)) == []
    assert not carrier.overhears(CarrierRequest("", {}, body))
    assert carrier.heard(CarrierRequest("", {}, b"{}")) is None
