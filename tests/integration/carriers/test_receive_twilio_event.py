"""POST /api/webhooks/twilio/events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.stack import Stack
from tests.integration.carriers.conftest import CUSTOMER, HOOKS
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.simulators.twilio import Fault, TwilioSimulator
from tests.simulators.twilio_calls import Reply, Scenario

SHOWN = ("status", "outcome", "cause", "duration", "answeredAt", "endedAt")


def _play(owner: Client, carrier: TwilioSimulator, scenario: Scenario) -> dict[str, Any]:
    call_id = owner.place(CUSTOMER)["callId"]
    carrier.play(list(carrier.calls)[-1], scenario)
    return owner.call(call_id)


@pytest.mark.parametrize(
    ("scenario", "status", "outcome"),
    [
        (Scenario(), "completed", "answered_human"),
        (Scenario(answered_by="machine_end_beep"), "completed", "voicemail"),
        (Scenario(end="busy", sip="486"), "failed", "busy"),
        (Scenario(end="no-answer", sip="487"), "failed", "no_answer"),
        (Scenario(end="busy", sip="603"), "failed", "declined"),
        (Scenario(end="failed", sip="404"), "failed", "invalid_number"),
        (Scenario(end="failed", sip="503"), "failed", "carrier_error"),
        (Scenario(end="canceled"), "failed", "canceled"),
    ],
    ids=lambda value: f"{value.end}{value.sip}" if isinstance(value, Scenario) else value,
)
def test_each_story_of_a_call_ends_in_its_record(
    scenario: Scenario, status: str, outcome: str, owner: Client, carrier: TwilioSimulator
) -> None:
    call = _play(owner, carrier, scenario)
    assert (call["status"], call["outcome"], call["carrier"]) == (status, outcome, "twilio")


def test_news_in_any_order_and_number_end_in_the_same_record(owner: Client, carrier: TwilioSimulator) -> None:
    records = []
    for scenario in (Scenario(), Scenario(duplicates=True), Scenario(reversed_news=True),
                     Scenario(reversed_news=True, duplicates=True)):  # fmt: skip
        call = _play(owner, carrier, scenario)
        created = carrier.calls[list(carrier.calls)[-1]].created_at
        assert call["answeredAt"] > created.strftime("%Y-%m-%dT%H:%M:%S")
        records.append((call["status"], call["outcome"], call["cause"], call["duration"]))
    assert set(records) == {("completed", "answered_human", "completed", 12)}


def test_the_recording_of_a_call_is_fetched(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    call = _play(owner, carrier, Scenario())
    stack.advance(60)
    audio = owner("GET", f"/api/telephony/calls/{call['callId']}/recording/stream")
    assert (audio.status, audio.body) == (200, carrier.audio)


def test_a_dial_whose_answer_was_lost_is_settled_and_never_made_again(
    owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    carrier.faults.append(Fault(reset=True, places=True))
    call_id = owner.place(CUSTOMER)["callId"]
    assert owner.call(call_id)["status"] == "initiated"
    (placed,) = carrier.calls.values()
    carrier.play(placed.sid)
    call = owner.call(call_id)
    assert (call["status"], call["outcome"]) == ("completed", "answered_human")
    stack.advance(300)
    assert len(carrier.calls) == 1


def test_a_call_of_which_nothing_was_heard_is_asked_for(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    call_id = owner.place(CUSTOMER)["callId"]
    (placed,) = carrier.calls.values()
    carrier.post = lambda url, form, headers: Reply(200, "text/xml", "<Response/>")
    carrier.play(placed.sid, Scenario(omit_news=True))
    assert owner.call(call_id)["status"] == "initiated"
    stack.advance(900)
    call = owner.call(call_id)
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", 12)
    assert call["cost"] == {"amount": "0.00850", "currency": "USD"}


def test_a_dial_that_never_arrived_is_closed(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    carrier.faults.append(Fault(status=503))
    call_id = owner.place(CUSTOMER)["callId"]
    stack.advance(180)
    call = owner.call(call_id)
    assert (call["status"], call["outcome"]) == ("failed", "platform_error")
    assert carrier.calls == {}


def _post(stack: Stack, carrier: TwilioSimulator, form: Mapping[str, str], query: str = "") -> Any:
    url = f"{HOOKS}/events{query}"
    headers = carrier.signer.headers(url, form, "sha1")
    asked = dict(parse_qsl(query[1:]))
    return stack.request("POST", "/api/webhooks/twilio/events", query=asked, headers=headers, body=urlencode(form))


@pytest.mark.parametrize(
    "form",
    [
        {"CallSid": "CA1", "CallStatus": "completed"},
        {"CallSid": "CA" + "9" * 32, "CallStatus": "completed", "Direction": "outbound-api"},
        {"CallSid": "CA" + "9" * 32, "RecordingSid": "RE" + "9" * 32, "RecordingStatus": "completed"},
        {"CallStatus": "completed"},
        {"Nonsense": ""},
    ],
)
def test_what_is_of_no_call_of_ours_is_taken_without_effect(
    form: dict[str, str], owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    before = contents(stack)
    answer = _post(stack, carrier, form)
    assert (answer.status, answer.text) == (204, "")
    assert contents(stack) == before


def test_a_callback_cannot_speak_of_another_carriers_call(
    owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    owner("POST", "/api/telephony/configure", json={"phoneNumber": None, "carrier": "sandbox"})
    call_id = owner.place()["callId"]
    before = contents(stack)
    form = {"CallSid": "CA" + "9" * 32, "CallStatus": "completed", "Direction": "outbound-api"}
    assert _post(stack, carrier, form, f"?ref={owner.workspace.tenant_id}.{call_id}").status == 204
    assert contents(stack) == before


@pytest.mark.parametrize("kind", ["wrong", "none"])
def test_forged_news_are_refused_and_change_nothing(
    kind: str, owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    call_id = owner.place(CUSTOMER)["callId"]
    before = contents(stack)
    carrier.play(list(carrier.calls)[-1], Scenario(end="busy", signature=kind))  # type: ignore[arg-type]
    assert contents(stack) == before
    assert owner.call(call_id)["status"] == "initiated"


_words = st.text(max_size=20) | st.sampled_from(["CA" + "9" * 32, "completed", "inbound", CUSTOMER, "-1", "9" * 30])
_names = st.sampled_from(
    ["CallSid", "CallStatus", "Direction", "From", "To", "CallDuration", "RecordingUrl", "RecordingSid", "Digits",
     "Timestamp", "DialCallStatus", "SipResponseCode"]
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.dictionaries(_names, _words, min_size=1))
def test_whatever_comes_makes_no_fault(
    form: dict[str, str], owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    assert _post(stack, carrier, form).status == 204
