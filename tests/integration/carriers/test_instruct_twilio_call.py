"""POST /api/webhooks/twilio/voice."""

from itertools import groupby

import pytest

from infra.local.stack import Stack
from tests.integration.carriers.conftest import CUSTOMER, HOOKS, OWN
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.simulators.twilio import Number, TwilioSimulator
from tests.simulators.twilio_calls import Scenario


def test_a_call_coming_in_is_taken_down_once_and_offered_a_menu(owner: Client, carrier: TwilioSimulator) -> None:
    incoming = carrier.incoming(OWN, CUSTOMER, Scenario(duplicates=True))
    menu, silence = "Welcome to demo. To leave a message, press 1.", "We did not hear from you."
    assert [said for said, _ in groupby(incoming.heard)] == [menu, f"{silence} {menu}", silence, "Goodbye."]
    (call,) = owner.items("CALL#")
    assert (call["direction"], call["from_number"], call["to_number"]) == ("inbound", CUSTOMER, OWN)
    assert (call["status"], call["carrier_call_id"]) == ("completed", incoming.sid)
    assert len(owner.items("CUSTOMER#")) == len(owner.items("CONVERSATION#")) == 1


def test_a_message_is_left_fetched_and_kept(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    incoming = carrier.incoming(OWN, CUSTOMER, Scenario(digits=("1",)))
    assert incoming.heard[-1] == "Thank you. Your message was recorded. Goodbye."
    (item,) = owner.items("CALL#")
    assert item["recording"]["source"] == incoming.recordings[0]
    stack.advance(60)
    audio = owner("GET", f"/api/telephony/calls/{item['call_id']}/recording/stream")
    assert audio.status == 200
    assert audio.body == carrier.audio


def test_a_caller_who_hangs_up_while_speaking_leaves_a_message_too(owner: Client, carrier: TwilioSimulator) -> None:
    incoming = carrier.incoming(OWN, CUSTOMER, Scenario(digits=("1",), hangs_up_in_record=True))
    (item,) = owner.items("CALL#")
    assert (item["status"], item["recording"]["source"]) == ("completed", incoming.recordings[0])


def test_a_call_of_ours_hears_its_greeting(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    call_id = owner.place(CUSTOMER, customGreeting="This is Tandem.")["callId"]
    (placed,) = carrier.calls.values()
    carrier.play(placed.sid)
    assert placed.heard[0] == "This is Tandem."
    call = owner.call(call_id)
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", 12)
    assert len(owner.items("CALL#")) == 1


def test_a_call_to_a_number_of_nobody_is_told_so_and_not_kept(
    owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    carrier.numbers["+13125550199"] = Number(f"{HOOKS}/voice")
    before = contents(stack)
    assert "not in service" in carrier.incoming("+13125550199", CUSTOMER).heard[0]
    assert contents(stack) == before


def test_a_question_about_no_call_is_refused(owner: Client, carrier: TwilioSimulator, stack: Stack) -> None:
    form = {"CallStatus": "ringing"}
    headers = carrier.signer.headers(f"{HOOKS}/voice", form, "sha1")
    answer = stack.request("POST", "/api/webhooks/twilio/voice", headers=headers, body="CallStatus=ringing")
    assert (answer.status, answer.json()) == (400, {"error": "Missing 'CallSid'"})


@pytest.mark.parametrize("kind", ["wrong", "none", "sha256"])
def test_a_forged_question_is_refused_and_changes_nothing(
    kind: str, owner: Client, carrier: TwilioSimulator, stack: Stack
) -> None:
    form = {"CallSid": "CA" + "1" * 32, "CallStatus": "ringing", "Direction": "inbound"}
    headers = carrier.signer.headers(f"{HOOKS}/voice", form, kind)  # type: ignore[arg-type]
    before = contents(stack)
    body = "&".join(f"{name}={value}" for name, value in form.items())
    answer = stack.request("POST", "/api/webhooks/twilio/voice", headers=headers, body=body)
    assert (answer.status, list(answer.json())) == (403, ["error"])
    assert contents(stack) == before


def test_where_there_is_no_account_nobody_is_the_carrier(demo: Client, stack: Stack) -> None:
    answer = stack.request("POST", "/api/webhooks/twilio/voice", body="CallSid=CA1")
    assert (answer.status, list(answer.json())) == (403, ["error"])
