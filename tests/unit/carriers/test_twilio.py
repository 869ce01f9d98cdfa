"""The adapter for Twilio against the provider's wire."""

import json
import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tandem import clock
from tandem.carriers.base import (
    CarrierRequest,
    Cost,
    Dial,
    DialRefused,
    DialUnknown,
    Finding,
    Forged,
    Found,
    Happened,
    Outcome,
    RecordingUnavailable,
    Sought,
)
from tandem.carriers.twilio import Account, Twilio
from tandem.config import settings
from tandem.errors import Unavailable
from tests.simulators.twilio import Fault, Number, TwilioSimulator
from tests.simulators.twilio_calls import Reply, Scenario

OWN, CUSTOMER = "+13125550100", "+254722000001"
ADDRESS = "https://api.example.com"
DIAL = Dial("t-1.c-1", OWN, CUSTOMER, record=True)
HANGS_UP = Reply(200, "text/xml", "<Response/>")


@pytest.fixture
def simulator() -> Iterator[TwilioSimulator]:
    with TwilioSimulator(numbers={OWN: Number()}, post=lambda url, form, headers: HANGS_UP) as running:
        yield running


def _adapter(simulator: TwilioSimulator, **account: str) -> Twilio:
    fields = {"account_sid": simulator.account_sid, "auth_token": simulator.auth_token, **account}
    return Twilio(Account(**fields, base_url=simulator.base_url), address=lambda: ADDRESS, patience=0.4)


@pytest.fixture
def carrier(simulator: TwilioSimulator) -> Twilio:
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
        faults.write_text(json.dumps([{"carrier": "twilio", "rate": 1.0, **fault}] if fault else []))
        settings.cache_clear()

    put()
    yield put
    settings.cache_clear()


def _sought(session: str | None = None, reference: str = "t-1.c-1", ago: float = 60) -> Sought:
    return Sought(reference, OWN, CUSTOMER, clock.now() - timedelta(seconds=ago), session)


# Dialling


def test_a_call_is_placed_with_our_reference_in_each_of_its_urls(simulator: TwilioSimulator, carrier: Twilio) -> None:
    session = carrier.dial(DIAL)
    assert list(simulator.calls) == [session]
    (request,) = simulator.requests
    news = f"{ADDRESS}/api/webhooks/twilio/events?ref=t-1.c-1#rc=3&rp=ct,rt,5xx"
    assert request.path == f"/2010-04-01/Accounts/{simulator.account_sid}/Calls.json"
    assert request.form == {
        "To": [CUSTOMER], "From": [OWN], "Method": ["POST"],
        "Url": [f"{ADDRESS}/api/webhooks/twilio/voice?ref=t-1.c-1#rc=2&rp=ct,5xx"],
        "StatusCallback": [news], "StatusCallbackMethod": ["POST"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "Record": ["true"], "RecordingChannels": ["dual"], "RecordingStatusCallback": [news],
    }  # fmt: skip
    kind, _, credentials = request.headers["authorization"].partition(" ")
    assert (kind, b64decode(credentials).decode()) == ("Basic", f"{simulator.account_sid}:{simulator.auth_token}")


def test_a_call_that_shall_not_be_recorded_is_not(simulator: TwilioSimulator, carrier: Twilio) -> None:
    carrier.dial(Dial("t-1.c-1", OWN, CUSTOMER, record=False))
    assert not [name for name in simulator.requests[0].form if name.startswith("Record")]


def test_an_api_key_is_used_where_there_is_one(simulator: TwilioSimulator) -> None:
    simulator.api_keys["SK1"] = "secret"
    _adapter(simulator, api_key_sid="SK1", api_key_secret="secret").dial(DIAL)
    credentials = simulator.requests[0].headers["authorization"].partition(" ")[2]
    assert b64decode(credentials) == b"SK1:secret"


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21211, Outcome.INVALID_NUMBER),
        (400, 21217, Outcome.INVALID_NUMBER),
        (400, 21214, Outcome.INVALID_NUMBER),
        (400, 21212, Outcome.CARRIER_ERROR),
        (400, 21210, Outcome.CARRIER_ERROR),
        (403, 21215, Outcome.CARRIER_ERROR),
        (404, 20404, Outcome.CARRIER_ERROR),
        (429, 20429, Outcome.CARRIER_ERROR),
    ],
)
def test_a_client_error_is_a_refusal_with_its_code(
    simulator: TwilioSimulator, carrier: Twilio, status: int, code: int, outcome: Outcome
) -> None:
    simulator.refusals[CUSTOMER] = (status, code, "No.\n")
    with pytest.raises(DialRefused) as refused:
        carrier.dial(DIAL)
    assert (refused.value.outcome, refused.value.cause) == (outcome, f"{code} No.")
    assert len(simulator.requests) == 1


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (
            b'{"type":"about:blank","title":"Bad","status":400,"code":21211,"detail":"Not a number"}',
            "21211 Not a number",
        ),
        (b"no\xff" * 500, "400 no\ufffdno"),
        (b"[]", "400 []"),
        (b"", "400"),
        (b'{"code":true,"message":5}', "400 5"),
    ],
)
def test_a_refusal_is_read_in_whatever_form_it_comes(
    simulator: TwilioSimulator, carrier: Twilio, body: bytes, cause: str
) -> None:
    simulator.faults.append(Fault(status=400, body=body or b" "))
    with pytest.raises(DialRefused) as refused:
        carrier.dial(DIAL)
    assert refused.value.cause.startswith(cause)
    assert len(refused.value.cause) < 300


def test_a_wrong_token_is_refused(simulator: TwilioSimulator) -> None:
    with pytest.raises(DialRefused) as refused:
        _adapter(simulator, auth_token="wrong").dial(DIAL)
    assert refused.value.cause == "20003 Authenticate"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=503, places=True),
        Fault(status=408),
        Fault(status=302),
        Fault(reset=True, places=True),
        Fault(delay=0.7, places=True),
        Fault(status=201, body=b"<html>"),
        Fault(status=201, body=b"null"),
        Fault(status=201, body=b"{}"),
        Fault(status=201, body=b'{"sid":5}'),
        Fault(status=201, body=b'{"sid":"CA1"}'),
        Fault(status=201, body=b"[" * 60_000),
    ],
    ids=repr,
)
def test_an_answer_that_is_neither_yes_nor_no_leaves_the_call_unknown(
    simulator: TwilioSimulator, carrier: Twilio, fault: Fault
) -> None:
    simulator.faults.append(fault)
    with pytest.raises(DialUnknown):
        carrier.dial(DIAL)
    assert len(simulator.requests) == 1
    assert simulator.dials("t-1.c-1") == (1 if fault.places else 0)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://no-such-host.invalid", "ftp://127.0.0.1"])
def test_an_address_that_leads_nowhere_has_refused(url: str) -> None:
    with pytest.raises(DialRefused, match="not reached"):
        Twilio(Account("AC1", "t", base_url=url), address=lambda: ADDRESS).dial(DIAL)


def test_an_injected_failure_refuses_the_dial_and_a_dropped_answer_hides_it(
    simulator: TwilioSimulator, carrier: Twilio, local: Callable[..., None]
) -> None:
    local(operation="dial", kind="fail")
    with pytest.raises(DialRefused):
        carrier.dial(DIAL)
    assert simulator.dials("t-1.c-1") == 0
    local(operation="dial", kind="drop_answer")
    with pytest.raises(DialUnknown):
        carrier.dial(DIAL)
    assert simulator.dials("t-1.c-1") == 1
    local(operation="fetch_recording", kind="fail")
    with pytest.raises(RecordingUnavailable):
        list(carrier.fetch_recording(simulator.record(b"ID3")))


# Asking


def test_a_call_that_is_over_is_found_by_its_id_with_price_and_recording(
    simulator: TwilioSimulator, carrier: Twilio
) -> None:
    session = carrier.dial(DIAL)
    (recording,) = simulator.play(session).recordings
    found = carrier.find(_sought(session))
    assert (found.finding, found.carrier_call_id) == (Finding.PLACED, session)
    ended, recorded = found.events
    assert (ended.happened, ended.duration, ended.cost) == (Happened.ENDED, 12, Cost("0.00850", "USD"))
    assert (recorded.happened, recorded.recording) == (Happened.RECORDED, recording)


def test_a_call_whose_id_was_lost_is_found_by_the_reference_in_its_callbacks(
    simulator: TwilioSimulator, carrier: Twilio
) -> None:
    session = carrier.dial(DIAL)
    assert carrier.find(_sought()) == Found(Finding.CANNOT_TELL)  # nothing was called back yet
    simulator.play(session, Scenario(end="busy", sip="486"))
    found = carrier.find(_sought())
    assert (found.finding, found.carrier_call_id) == (Finding.PLACED, session)
    assert [event.outcome for event in found.events] == [Outcome.BUSY]


def test_another_call_to_the_same_number_is_not_taken_for_ours(simulator: TwilioSimulator, carrier: Twilio) -> None:
    simulator.play(carrier.dial(DIAL))
    assert carrier.find(_sought(reference="t-1.c-2")) == Found(Finding.NOT_PLACED)
    assert carrier.find(_sought(reference="t-1.c-2", ago=5)) == Found(Finding.CANNOT_TELL)  # it may not be listed yet


def test_a_call_that_is_nowhere_was_not_placed(simulator: TwilioSimulator, carrier: Twilio) -> None:
    assert carrier.find(_sought()) == Found(Finding.NOT_PLACED)
    simulator.numbers[OWN] = Number(f"{ADDRESS}/voice?ref=t-1.c-1")
    simulator.incoming(OWN, CUSTOMER)
    assert carrier.find(_sought()) == Found(Finding.NOT_PLACED)


def test_a_list_that_does_not_reach_back_to_the_dial_cannot_tell(simulator: TwilioSimulator, carrier: Twilio) -> None:
    for number in range(101):
        simulator.play(carrier.dial(Dial(f"t-1.other-{number}", OWN, CUSTOMER, record=False)))
    assert carrier.find(_sought()) == Found(Finding.CANNOT_TELL)
    for call in list(simulator.calls.values())[1:]:
        call.created_at -= timedelta(hours=1)
    assert carrier.find(_sought()) == Found(Finding.NOT_PLACED)


@pytest.mark.parametrize("session", ["CA" + "0" * 32, "CA1", "../Recordings/RE1", "ATVId_1"])
def test_an_id_that_the_carrier_does_not_know_cannot_be_told(carrier: Twilio, session: str) -> None:
    assert carrier.find(_sought(session)) == Found(Finding.CANNOT_TELL)


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(status=401), Fault(reset=True)]
    + [Fault(status=200, body=body) for body in (b"[]", b"{", b"{}")],
)
def test_a_carrier_that_cannot_be_asked_cannot_tell(simulator: TwilioSimulator, carrier: Twilio, fault: Fault) -> None:
    simulator.faults.append(fault)
    assert carrier.find(_sought()) == Found(Finding.CANNOT_TELL)


# Calls under way


def test_a_call_is_ended_once_and_stays_so(simulator: TwilioSimulator, carrier: Twilio) -> None:
    session = carrier.dial(DIAL)
    carrier.hang_up(session)
    assert simulator.calls[session].status == "completed"
    assert simulator.requests[-1].form == {"Status": ["completed"]}
    carrier.hang_up(session)
    carrier.hang_up("CA" + "0" * 32)
    asked = len(simulator.requests)
    carrier.hang_up("../Calls")
    assert len(simulator.requests) == asked


def test_a_call_is_sent_elsewhere_while_it_lives(simulator: TwilioSimulator, carrier: Twilio) -> None:
    session = carrier.dial(DIAL)
    assert carrier.redirect(session, f"{ADDRESS}/next") is True
    assert simulator.calls[session].redirected_to == f"{ADDRESS}/next"
    simulator.play(session)
    assert carrier.redirect(session, f"{ADDRESS}/next") is False


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=401), Fault(reset=True)])
def test_a_change_that_failed_is_said(simulator: TwilioSimulator, carrier: Twilio, fault: Fault) -> None:
    session = carrier.dial(DIAL)
    for change in (carrier.hang_up, lambda sid: carrier.redirect(sid, ADDRESS)):
        simulator.faults.append(fault)
        with pytest.raises(Unavailable):
            change(session)


# What comes in


def test_every_way_that_the_carrier_signs_is_known(simulator: TwilioSimulator) -> None:
    carrier = _adapter(simulator, shared_key_id="SHARED1", shared_key_secret=simulator.shared_key[1])
    form, url = {"CallSid": "CA" + "1" * 32, "CallStatus": "ringing"}, f"{ADDRESS}/api/webhooks/twilio/events?ref=a.b"
    body = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    for kind in ("sha1", "port", "sha256"):
        request = CarrierRequest(url, simulator.signer.headers(url, form, kind), body, {"ref": "a.b"})
        carrier.verify(request)
        assert [event.reference for event in carrier.parse(request)] == ["a.b"]
    for kind in ("wrong", "none"):
        with pytest.raises(Forged):
            carrier.verify(CarrierRequest(url, simulator.signer.headers(url, form, kind), body, {"ref": "a.b"}))


def test_instructions_are_served_as_xml(carrier: Twilio) -> None:
    response = carrier.render([])
    assert (response.status, response.content_type) == (200, "text/xml; charset=utf-8")
    assert response.body == '<?xml version="1.0" encoding="UTF-8"?>\n<Response />'


# Recordings


def test_both_sides_of_a_recording_are_fetched_where_there_are_two(simulator: TwilioSimulator, carrier: Twilio) -> None:
    one, two = simulator.record(b"one"), simulator.record(b"two", channels=2)
    assert b"".join(carrier.fetch_recording(two)) == b"two"
    assert simulator.requests[-1].path.endswith(f"/Recordings/{two}.mp3?RequestedChannels=2")
    assert b"".join(carrier.fetch_recording(one)) == b"one"
    assert simulator.requests[-1].path.endswith(f"/Recordings/{one}.mp3")


def test_a_recording_elsewhere_is_fetched_without_our_credentials(
    simulator: TwilioSimulator, carrier: Twilio, local: Callable[..., None]
) -> None:
    recording = simulator.record(b"", channels=2, moved_to=f"{simulator.base_url}/store/a.mp3")
    for allowed in ("", "10.0.0.0/8"):
        local(allowed)
        with pytest.raises(RecordingUnavailable, match="address_refused"):
            list(carrier.fetch_recording(recording))
    local("127.0.0.0/8")
    assert b"".join(carrier.fetch_recording(recording)) == simulator.audio
    assert "authorization" not in simulator.requests[-1].headers
    simulator.recordings[recording].moved_to = f"{simulator.base_url}/nowhere"
    with pytest.raises(RecordingUnavailable, match="store answered 401"):
        list(carrier.fetch_recording(recording))


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=204), Fault(status=307), Fault(reset=True)])
def test_a_recording_that_cannot_be_had_is_unavailable(
    simulator: TwilioSimulator, carrier: Twilio, fault: Fault
) -> None:
    simulator.faults.append(fault)
    with pytest.raises(RecordingUnavailable):
        list(carrier.fetch_recording(simulator.record(b"ID3")))


def test_a_recording_is_deleted_and_stays_so(simulator: TwilioSimulator, carrier: Twilio) -> None:
    recording = simulator.record(b"ID3")
    assert carrier.delete_recording(recording) is True
    assert simulator.recordings == {}
    assert carrier.delete_recording(recording) is True
    assert carrier.delete_recording("https://media.example.com/a.mp3") is False
    for fault in (Fault(status=500), Fault(reset=True)):
        simulator.faults.append(fault)
        with pytest.raises(RecordingUnavailable):
            carrier.delete_recording(recording)
