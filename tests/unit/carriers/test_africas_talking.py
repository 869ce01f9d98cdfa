"""The adapter for Africa's Talking against the provider's wire."""

import json
import os
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tandem import clock
from tandem.carriers.africas_talking import Account, AfricasTalking
from tandem.carriers.base import (
    CarrierRequest,
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
from tandem.config import settings
from tandem.errors import Conflict, Unavailable
from tests.simulators.africas_talking import AfricasTalkingSimulator, Fault, Number

OWN, CUSTOMER = "+254711000000", "+254722000001"
QUEUED = b'{"entries":[{"phoneNumber":"+254722000001","status":"%s","sessionId":%s}],"errorMessage":%s}'


def _account(base_url: str = "http://127.0.0.1:9", *, token: str = "s3cret") -> Account:
    return Account("acme", "atsk_simulated", token, base_url, base_url)


def _dial(reference: str = "t-1.c-1") -> Dial:
    return Dial(reference, OWN, CUSTOMER, record=True)


@pytest.fixture
def simulator() -> Iterator[AfricasTalkingSimulator]:
    with AfricasTalkingSimulator(numbers={OWN: Number("http://127.0.0.1:9/voice/instruct")}) as running:
        yield running


@pytest.fixture
def carrier(simulator: AfricasTalkingSimulator) -> AfricasTalking:
    return AfricasTalking(_account(simulator.base_url), patience=0.4)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, clock_file: str) -> Iterator[Callable[[str], None]]:
    monkeypatch.setenv("TANDEM_CLOCK_FILE", clock_file)

    def move(name: str) -> None:
        monkeypatch.setenv("STAGE", name)
        settings.cache_clear()

    yield move
    settings.cache_clear()


# Dialling


def test_a_call_is_placed_with_the_form_and_headers_of_the_provider(
    simulator: AfricasTalkingSimulator, carrier: AfricasTalking
) -> None:
    session = carrier.dial(_dial())
    assert list(simulator.calls) == [session]
    (request,) = simulator.requests
    assert request.path == "/call"
    assert request.fields == {"username": "acme", "from": OWN, "to": CUSTOMER, "clientRequestId": "t-1.c-1"}
    assert request.headers["apikey"] == "atsk_simulated"
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("InvalidPhoneNumber", Outcome.INVALID_NUMBER),
        ("DestinationNotSupported", Outcome.CARRIER_ERROR),
        ("InsufficientCredit", Outcome.CARRIER_ERROR),
        ("DoNotDisturb", Outcome.CARRIER_ERROR),
    ],
)
def test_a_number_that_the_provider_does_not_queue_is_refused(
    simulator: AfricasTalkingSimulator, carrier: AfricasTalking, status: str, outcome: Outcome
) -> None:
    simulator.refusals[CUSTOMER] = status
    with pytest.raises(DialRefused) as refused:
        carrier.dial(_dial())
    assert (refused.value.outcome, refused.value.cause) == (outcome, status)


def test_a_number_that_is_not_ours_is_refused_in_the_providers_words(simulator: AfricasTalkingSimulator) -> None:
    simulator.numbers.clear()
    with pytest.raises(DialRefused) as refused:
        AfricasTalking(_account(simulator.base_url)).dial(_dial())
    assert (refused.value.outcome, refused.value.cause) == (Outcome.CARRIER_ERROR, f"Invalid callerId: {OWN}")


def test_a_number_without_a_callback_is_refused(simulator: AfricasTalkingSimulator, carrier: AfricasTalking) -> None:
    simulator.numbers[OWN] = Number(None)
    with pytest.raises(DialRefused, match="Invalid callbackUrl"):
        carrier.dial(_dial())


def test_a_wrong_key_is_refused_and_not_repeated_to_anyone(simulator: AfricasTalkingSimulator) -> None:
    account = Account("acme", "atsk_wrong", "s3cret", simulator.base_url)
    with pytest.raises(DialRefused) as refused:
        AfricasTalking(account).dial(_dial())
    assert refused.value.cause == "401 The supplied authentication is invalid"
    assert not simulator.calls


def test_a_request_that_timed_out_over_there_may_have_placed_the_call(
    simulator: AfricasTalkingSimulator, carrier: AfricasTalking
) -> None:
    simulator.faults.append(Fault(status=408, body=b"Request Timeout"))
    with pytest.raises(DialUnknown, match="408"):
        carrier.dial(_dial())


@pytest.mark.parametrize("status", [400, 403, 404, 429])
def test_a_client_error_is_a_refusal(simulator: AfricasTalkingSimulator, carrier: AfricasTalking, status: int) -> None:
    simulator.faults.append(Fault(status=status, body=b"no\xff" * 500))
    with pytest.raises(DialRefused) as refused:
        carrier.dial(_dial())
    assert refused.value.outcome is Outcome.CARRIER_ERROR
    assert refused.value.cause.startswith(f"{status} no")
    assert len(refused.value.cause) < 300


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=500),
        Fault(status=502, body=b"<html>", places=True),
        Fault(status=503),
        Fault(status=302),
        Fault(status=202, places=True),
        Fault(reset=True, places=True),
        Fault(reset=True),
        Fault(delay=0.7, places=True),
        Fault(body=b"<html>hello</html>"),
        Fault(body=b"\xff\xfe"),
        Fault(body=b"null"),
        Fault(body=b"[]"),
        Fault(body=b"{}"),
        Fault(body=b'{"entries":5}'),
        Fault(body=b'{"entries":["x"]}'),
        Fault(body=b'{"entries":[[]],"errorMessage":"Invalid callerId"}'),
        Fault(body=b'{"entries":[],"errorMessage":"None"}'),
        Fault(body=b'{"entries":[],"errorMessage":null}'),
        Fault(body=b'{"entries":null}'),
        Fault(body=b"[" * 60_000),
        Fault(body=b" " * 70_000 + QUEUED % (b"Queued", b'"ATVId_1"', b'"None"')),
        Fault(body=QUEUED % (b"Queued", b'"None"', b'"None"')),
        Fault(body=QUEUED % (b"Queued", b"null", b'"None"')),
        Fault(body=QUEUED % (b"Queued", b'"a b"', b'"None"')),
        Fault(body=QUEUED % (b"Ringing", b'"ATVId_1"', b'"None"')),
        Fault(body=QUEUED % (b"", b'"ATVId_1"', b'"None"')),
        Fault(body=QUEUED % (b"", b'"None"', b'"None"')),
    ],
    ids=repr,
)
def test_an_answer_that_is_neither_yes_nor_no_leaves_the_call_unknown(
    simulator: AfricasTalkingSimulator, carrier: AfricasTalking, fault: Fault
) -> None:
    simulator.faults.append(fault)
    with pytest.raises(DialUnknown):
        carrier.dial(_dial())
    assert len(simulator.requests) == 1
    assert simulator.dials("t-1.c-1") == (1 if fault.places else 0)


@pytest.mark.parametrize("message", [b'"None"', b"null", b'""', b'"Insufficient balance soon"'])
def test_a_queued_entry_counts_whatever_the_error_message(
    simulator: AfricasTalkingSimulator, carrier: AfricasTalking, message: bytes
) -> None:
    simulator.faults.append(Fault(status=201, body=QUEUED % (b"Queued", b'"ATVId_1"', message)))
    assert carrier.dial(_dial()) == "ATVId_1"


def test_a_provider_that_cannot_be_reached_has_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(DialRefused) as refused:
            AfricasTalking(_account(url)).dial(_dial())
    assert refused.value.outcome is Outcome.CARRIER_ERROR


@pytest.mark.parametrize("url", ["http://no-such-host.invalid", "ftp://127.0.0.1", "http://user@127.0.0.1"])
def test_an_address_that_leads_nowhere_has_refused(url: str) -> None:
    with pytest.raises(DialRefused):
        AfricasTalking(_account(url)).dial(_dial())


# Faults injected on a developer's machine


def _inject(path: Path, operation: str, kind: str) -> None:
    path.write_text(json.dumps([{"carrier": "africas_talking", "operation": operation, "kind": kind, "rate": 1.0}]))


def test_an_injected_failure_refuses_the_dial_and_a_dropped_answer_hides_it(
    simulator: AfricasTalkingSimulator,
    carrier: AfricasTalking,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: Callable[[str], None],
) -> None:
    faults = tmp_path / "faults.json"
    monkeypatch.setenv("TANDEM_FAULTS_FILE", os.fspath(faults))
    stage("local")
    _inject(faults, "dial", "fail")
    with pytest.raises(DialRefused):
        carrier.dial(_dial())
    assert simulator.dials("t-1.c-1") == 0
    _inject(faults, "dial", "drop_answer")
    with pytest.raises(DialUnknown):
        carrier.dial(_dial())
    assert simulator.dials("t-1.c-1") == 1
    _inject(faults, "fetch_recording", "fail")
    with pytest.raises(RecordingUnavailable):
        list(carrier.fetch_recording(simulator.record(b"ID3")))
    stage("dev")
    carrier.dial(_dial("t-1.c-2"))
    assert simulator.dials("t-1.c-2") == 1


# What the provider cannot do


def test_the_provider_cannot_be_asked_for_a_call() -> None:
    assert AfricasTalking(_account()).find(Sought("t-1.c-1", OWN, CUSTOMER, clock.now())) == Found(Finding.CANNOT_TELL)


def test_the_provider_cannot_end_a_call_and_says_so() -> None:
    with pytest.raises(Conflict) as conflict:
        AfricasTalking(_account()).hang_up("ATVId_1")
    assert (conflict.value.status, conflict.value.code) == (409, "CARRIER_CANNOT_HANG_UP")


def test_the_provider_cannot_be_made_to_ask_nor_to_forget() -> None:
    carrier = AfricasTalking(_account())
    assert carrier.redirect("ATVId_1", "https://hooks.example.com/voice/instruct") is False
    assert carrier.delete_recording("https://media.example.com/a.mp3") is False


# The token


def _request(token: str | None = None, body: bytes = b"", path: str = "/voice/events", **query: str) -> CarrierRequest:
    asked = query if token is None else {"token": token, **query}
    return CarrierRequest(f"https://api.example.com{path}?x", {}, body, asked)


@pytest.mark.parametrize("where", ["local", "dev", "prod"])
def test_the_right_token_passes_in_every_stage(stage: Callable[[str], None], where: str) -> None:
    stage(where)
    AfricasTalking(_account()).verify(_request("s3cret"))


@pytest.mark.parametrize("where", ["local", "dev", "prod"])
@pytest.mark.parametrize("token", ["wrong", "", "s3cre", "s3crett", "S3CRET", "s3cret ", "é", "\ud800"])
def test_a_wrong_token_is_forged_in_every_stage(stage: Callable[[str], None], where: str, token: str) -> None:
    stage(where)
    with pytest.raises(Forged):
        AfricasTalking(_account()).verify(_request(token))


def test_no_token_passes_on_a_developers_machine_alone(stage: Callable[[str], None]) -> None:
    stage("local")
    AfricasTalking(_account()).verify(_request())
    for where in ("dev", "prod", "LOCAL"):
        stage(where)
        with pytest.raises(Forged):
            AfricasTalking(_account()).verify(_request())


@pytest.mark.parametrize("token", [None, "", "s3cret"])
def test_an_account_without_a_token_lets_nobody_in(stage: Callable[[str], None], token: str | None) -> None:
    stage("prod")
    with pytest.raises(Forged):
        AfricasTalking(_account(token="")).verify(_request(token))


# Reading requests


def test_form_and_query_are_read_alike_and_the_form_counts_more() -> None:
    carrier = AfricasTalking(_account())
    (event,) = carrier.parse(
        _request(body=b"sessionId=ATVId_2&eventType=&direction=outbound", sessionId="ATVId_1", eventType="SessionEnded")
    )
    assert (event.carrier_call_id, event.happened, event.direction) == ("ATVId_2", Happened.ENDED, "outbound")


def test_where_a_request_came_to_tells_whether_it_asks_for_instructions() -> None:
    carrier = AfricasTalking(_account())
    body = b"sessionId=ATVId_1&callerNumber=%2B254722000001&destinationNumber=%2B254711000000"
    for path, happened in (
        ("/voice/instruct", Happened.ANSWERED),
        ("/api/voice/instruct/", Happened.ANSWERED),
        ("/voice/events", Happened.OTHER),
    ):
        assert [event.happened for event in carrier.parse(_request(body=body, path=path))] == [happened]


def test_an_events_time_is_that_of_its_arrival_by_the_platforms_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: Callable[[str], None]
) -> None:
    moved = tmp_path / "clock"
    moved.write_bytes(struct.pack("<d", 86_400.0 * 400))
    monkeypatch.setenv("TANDEM_CLOCK_FILE", os.fspath(moved))
    stage("local")
    before = clock.now()
    body = b"sessionId=ATVId_1&eventType=SessionEnded&callStartTime=2025-09-29+10%3A30%3A00&durationInSeconds=45"
    (event,) = AfricasTalking(_account()).parse(_request(body=body))
    assert before <= event.occurred_at <= clock.now()
    assert event.answered_at is None


# Answering


def test_instructions_are_served_as_text() -> None:
    response = AfricasTalking(_account()).render([])
    assert (response.status, response.content_type) == (200, "text/plain; charset=utf-8")
    assert response.body == '<?xml version="1.0" encoding="UTF-8"?>\n<Response />'


# Recordings


def test_a_recording_is_fetched_from_private_addresses_only_where_that_is_allowed(
    simulator: AfricasTalkingSimulator,
    carrier: AfricasTalking,
    monkeypatch: pytest.MonkeyPatch,
    stage: Callable[[str], None],
) -> None:
    url = simulator.record(b"ID3 and so on")
    for allowed in ("", "10.0.0.0/8"):
        monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", allowed)
        stage("local")
        with pytest.raises(RecordingUnavailable, match="address_refused"):
            list(carrier.fetch_recording(url))
    assert simulator.fetches == []
    monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.0/8")
    stage("local")
    assert b"".join(carrier.fetch_recording(url)) == b"ID3 and so on"
    assert len(simulator.fetches) == 1


def test_a_recording_is_asked_for_without_our_credentials(
    simulator: AfricasTalkingSimulator,
    carrier: AfricasTalking,
    monkeypatch: pytest.MonkeyPatch,
    stage: Callable[[str], None],
) -> None:
    monkeypatch.setenv("WEBHOOK_EGRESS_ALLOW", "127.0.0.0/8")
    stage("local")
    list(carrier.fetch_recording(simulator.record(b"ID3")))
    assert not {"apikey", "authorization"} & simulator.fetches[0].headers.keys()


# Browser clients


def test_a_browser_client_gets_a_token(simulator: AfricasTalkingSimulator, carrier: AfricasTalking) -> None:
    before = clock.now()
    token = carrier.client_token("Ada.L", 7200, OWN)
    assert 7199 <= (token.expires_at - before).total_seconds() <= 7201
    assert token.token.startswith("ATCAPtkn_")
    (request,) = simulator.requests
    assert request.headers["content-type"] == "application/json"
    assert request.fields == {
        "username": "acme",
        "clientName": "Ada.L",
        "phoneNumber": OWN,
        "incoming": "True",
        "outgoing": "True",
        "expire": "7200s",
    }


def test_without_the_provider_there_are_no_tokens(simulator: AfricasTalkingSimulator) -> None:
    for account in (_account(), Account("acme", "wrong", "t", simulator.base_url, simulator.base_url)):
        with pytest.raises(Unavailable):
            AfricasTalking(account).client_token("Ada", 60, OWN)
