"""POST /api/webhooks/telnyx/voice."""

import base64
import json
import random
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telnyx_account import AGENT_PHONE, CUSTOMER, OWN, PATH, VOICE, data, told
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Call, Scenario, Signature, envelope


def _play(client: Client, carrier: TelnyxSimulator, scenario: Scenario, **fields: Any) -> dict[str, Any]:
    call_id = client.place(CUSTOMER, **fields)["callId"]
    carrier.play(list(carrier.calls)[-1], scenario)
    return client.call(call_id)


def _actions(call: Call) -> list[str]:
    return [action for action, _ in call.commands]


# Calls that come in


@pytest.mark.parametrize("twice", [False, True], ids=["once", "twice"])
def test_a_call_coming_in_is_answered_and_offered_a_menu(
    twice: bool, virginian: Client, commanded: TelnyxSimulator
) -> None:
    incoming = commanded.incoming(OWN, CUSTOMER, Scenario(duplicates=twice))
    menu, silence = "Welcome to demo. To leave a message, press 1.", "We did not hear from you."
    assert [said for said, _ in groupby(incoming.heard)] == [menu, f"{silence} {menu}", f"{silence} Goodbye."]
    assert _actions(incoming) == ["answer", *["gather_using_speak"] * 3, "speak", "hangup"]
    (call,) = virginian.items("CALL#")
    assert (call["direction"], call["from_number"], call["to_number"]) == ("inbound", CUSTOMER, OWN)
    assert (call["status"], call["carrier_call_id"]) == ("completed", incoming.control_id)
    assert len(virginian.items("CUSTOMER#")) == len(virginian.items("CONVERSATION#")) == 1


@pytest.mark.parametrize("ends", ["key", "limit", "hangup"])
def test_a_message_is_left_fetched_and_kept(
    ends: Any, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    incoming = commanded.incoming(OWN, CUSTOMER, Scenario(digits=("1",), message_ends=ends))
    assert ("record_stop" in _actions(incoming)) is (ends == "key")
    if ends != "hangup":
        assert incoming.heard[-1] == "Thank you. Your message was recorded. Goodbye."
    (item,) = virginian.items("CALL#")
    assert (item["status"], item["recording"]["source"]) == ("completed", f"leg:{incoming.leg_id}")
    stack.advance(60)
    audio = virginian("GET", f"/api/telephony/calls/{item['call_id']}/recording/stream")
    assert (audio.status, audio.body) == (200, commanded.audio)


def test_an_agent_is_rung_and_the_caller_waits_on_when_they_do_not_answer(
    virginian: Client, commanded: TelnyxSimulator
) -> None:
    incoming = {"strategy": "priority", "incoming": {"action": "queue", "target": "sales"}}
    assert virginian("PUT", "/api/telephony/routing", json=incoming).status == 200
    available = {"status": "available", "phone": AGENT_PHONE, "queues": ["sales"]}
    assert virginian("PUT", "/api/telephony/agents/ada/presence", json=available).status == 200
    call = commanded.incoming(OWN, CUSTOMER, Scenario(legs=("timeout",), patience=4))
    (transfer,) = call.transferred
    assert {name: transfer[name] for name in ("to", "from", "timeout_secs", "record")} == {
        "to": AGENT_PHONE, "from": OWN, "timeout_secs": 30, "record": "record-from-answer",
    }  # fmt: skip
    assert call.heard == ["Please hold on. You are next."]
    assert _actions(call)[:4] == ["answer", "transfer", "speak", "gather"]


def test_an_agent_who_cannot_be_rung_is_as_one_who_does_not_answer(
    virginian: Client, commanded: TelnyxSimulator
) -> None:
    commanded.refusals[AGENT_PHONE] = (422, "10016", "Phone number must be in +E.164 format")
    menu = {"name": "Main", "greeting": "Hello.", "options": [{"digit": "1", "action": "dial", "target": AGENT_PHONE}]}
    menu_id = virginian("POST", "/api/telephony/ivr", json=menu).json()["data"]["menuId"]
    incoming = {"strategy": "priority", "incoming": {"action": "menu", "target": menu_id}}
    assert virginian("PUT", "/api/telephony/routing", json=incoming).status == 200
    call = commanded.incoming(OWN, CUSTOMER, Scenario(digits=("1",)))
    assert call.heard[-1] == "Nobody answered. Goodbye."
    (item,) = virginian.items("CALL#")
    assert (item["status"], item["leg_answered"]) == ("missed", False)


def test_a_browser_is_rung_at_the_address_of_its_credential(virginian: Client, commanded: TelnyxSimulator) -> None:
    asked = virginian("POST", "/api/telephony/webrtc/capability-token", json={"agentId": "ada"})
    assert asked.json()["capabilityToken"].count(".") == 2
    (credential,) = commanded.credentials.values()
    assert credential["name"] == asked.json()["clientName"]
    assert virginian("PUT", "/api/telephony/agents/ada/presence", json={"status": "available"}).status == 200
    call = _play(virginian, commanded, Scenario(), agentId="ada")
    (placed,) = commanded.calls.values()
    assert [transfer["to"] for transfer in placed.transferred] == [f"sip:{credential['sip_username']}@sip.telnyx.com"]
    assert call["status"] == "completed"


def test_a_call_to_a_number_of_nobody_is_not_taken_and_not_kept(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    before = contents(stack)
    incoming = commanded.incoming("+13125550199", CUSTOMER)
    assert [(action, body["cause"]) for action, body in incoming.commands] == [("reject", "CALL_REJECTED")]
    assert contents(stack) == before


# Calls that we place


@pytest.mark.parametrize(
    ("scenario", "status", "outcome"),
    [
        (Scenario(), "completed", "answered_human"),
        (Scenario(machine=True), "completed", "voicemail"),
        (Scenario(cause="user_busy", sip="486"), "failed", "busy"),
        (Scenario(cause="timeout", sip="487"), "failed", "no_answer"),
        (Scenario(cause="call_rejected", sip="603"), "failed", "declined"),
        (Scenario(cause="not_found", sip="404"), "failed", "invalid_number"),
        (Scenario(cause="unspecified", sip="503"), "failed", "carrier_error"),
        (Scenario(cause="originator_cancel", sip="487"), "failed", "canceled"),
    ],
    ids=lambda value: f"{value.cause}{value.machine}" if isinstance(value, Scenario) else value,
)
def test_each_story_of_a_call_ends_in_its_record(
    scenario: Scenario, status: str, outcome: str, virginian: Client, commanded: TelnyxSimulator
) -> None:
    call = _play(virginian, commanded, scenario)
    assert (call["status"], call["outcome"], call["carrier"]) == (status, outcome, "telnyx")


def test_a_call_of_ours_hears_its_greeting(virginian: Client, commanded: TelnyxSimulator) -> None:
    call = _play(virginian, commanded, Scenario(), customGreeting="This is Tandem.")
    (placed,) = commanded.calls.values()
    assert placed.heard[0].startswith("This is Tandem.")
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", 12)
    assert len(virginian.items("CALL#")) == 1


def test_news_in_any_order_and_number_end_in_the_same_record(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    commanded.post = lambda url, body, headers: 200
    records, chance = [], random.Random(7)
    for _ in range(12):
        call_id = virginian.place(CUSTOMER)["callId"]
        news = commanded.play(list(commanded.calls)[-1]).told
        arriving = [one for one in news for _ in range(chance.choice((1, 1, 2)))]
        chance.shuffle(arriving)
        for one in arriving:
            assert told(commanded, stack, envelope(one, VOICE)).status == 200
        stack.advance(90)
        call = virginian.call(call_id)
        shown = ("status", "outcome", "cause", "duration", "recordingState")
        records.append(tuple(call[name] for name in shown))
    assert set(records) == {("completed", "answered_human", "normal_clearing", 12, "available")}


@pytest.mark.parametrize(
    "scenario", [Scenario(without_ids=True), Scenario(with_recording_ids=True)], ids=["by leg", "by id"]
)
def test_the_recording_of_a_call_is_fetched_however_it_is_named(
    scenario: Scenario, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call = _play(virginian, commanded, scenario)
    stack.advance(60)
    audio = virginian("GET", f"/api/telephony/calls/{call['callId']}/recording/stream")
    assert (audio.status, audio.body) == (200, commanded.audio)


def test_a_dial_whose_answer_was_lost_is_settled_and_never_made_again(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    commanded.faults.append(Fault(reset=True, places=True))
    call_id = virginian.place(CUSTOMER)["callId"]
    assert virginian.call(call_id)["status"] == "initiated"
    (placed,) = commanded.calls.values()
    commanded.play(placed.control_id)
    call = virginian.call(call_id)
    assert (call["status"], call["outcome"]) == ("completed", "answered_human")
    stack.advance(300)
    assert len(commanded.calls) == 1


@pytest.mark.parametrize("lost", [False, True], ids=["its id is known", "its id was lost"])
def test_a_call_of_which_nothing_was_heard_is_asked_for(
    lost: bool, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    if lost:
        commanded.faults.append(Fault(reset=True, places=True))
    call_id = virginian.place(CUSTOMER)["callId"]
    (placed,) = commanded.calls.values()
    commanded.play(placed.control_id, Scenario(omit_news=True))
    assert virginian.call(call_id)["status"] == "initiated"
    stack.advance(900)
    call = virginian.call(call_id)
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", 12)
    assert call["recordingState"] == "available"


def test_a_dial_that_never_arrived_is_closed(virginian: Client, commanded: TelnyxSimulator, stack: Stack) -> None:
    commanded.faults.append(Fault(status=503))
    call_id = virginian.place(CUSTOMER)["callId"]
    stack.advance(180)
    call = virginian.call(call_id)
    assert (call["status"], call["outcome"]) == ("failed", "platform_error")
    assert commanded.calls == {}


# What is not Telnyx's, and what is strange


@pytest.mark.parametrize("kind", ["wrong", "none", "old", "ahead"])
def test_forged_and_stale_news_are_refused_and_change_nothing(
    kind: Signature, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    before = contents(stack)
    body = data("call.initiated", "1", call_control_id="v3:x", direction="incoming", **{"from": CUSTOMER, "to": OWN})
    answer = stack.request("POST", PATH, headers=commanded.signer.headers(body, kind), body=body)
    assert (answer.status, list(answer.json())) == (403, ["error"])
    stack.settle()
    assert contents(stack) == before


def test_news_are_acted_upon_after_they_were_answered(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = virginian.place(CUSTOMER)["callId"]
    (placed,) = commanded.calls.values()
    commanded.post = lambda url, body, headers: 200
    commanded.play(placed.control_id, Scenario(cause="user_busy", sip="486"))
    for one in placed.told:
        answer = told(commanded, stack, envelope(one, VOICE))
        assert (answer.status, answer.json()) == (200, {"received": True})
    assert virginian.call(call_id)["status"] == "initiated"
    stack.settle()
    assert virginian.call(call_id)["outcome"] == "busy"


def test_a_body_that_the_gateway_has_wrapped_is_checked_as_it_was_sent(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    body = data("call.initiated", "1", call_control_id="v3:x", note="here").replace(b"here", "ë".encode())
    event = json.loads((stack.root / "tests/events/CarriersReceiveTelnyxEvent.json").read_text())
    event["headers"] = commanded.signer.headers(body)
    wrapped = {**event, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    assert stack.invoke("CarriersReceiveTelnyxEvent", wrapped).payload["statusCode"] == 200
    spoilt = {**wrapped, "body": base64.b64encode(body + b" ").decode()}
    assert stack.invoke("CarriersReceiveTelnyxEvent", spoilt).payload["statusCode"] == 403


def test_news_cannot_speak_of_another_carriers_call(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    virginian("POST", "/api/telephony/configure", json={"phoneNumber": None, "carrier": "sandbox"})
    call_id = virginian.place()["callId"]
    stack.settle()
    before = contents(stack)
    state = base64.b64encode(f"{virginian.workspace.tenant_id}.{call_id}".encode()).decode()
    body = data("call.hangup", "1", call_control_id="v3:x", client_state=state, hangup_cause="user_busy")
    assert told(commanded, stack, body).status == 200
    stack.settle()
    assert contents(stack) == before


def test_where_there_is_no_account_nobody_is_the_carrier(demo: Client, stack: Stack) -> None:
    answer = stack.request("POST", PATH, body="{}")
    assert (answer.status, list(answer.json())) == (403, ["error"])


_words = st.text(max_size=20) | st.sampled_from(["v3:x", "incoming", CUSTOMER, OWN, "-1", "9" * 30, "1", "normal"])
_values = (
    _words | st.none() | st.integers() | st.lists(_words, max_size=2) | st.dictionaries(_words, _words, max_size=2)
)
_names = st.sampled_from(
    ["call_control_id", "call_leg_id", "client_state", "connection_id", "direction", "from", "to", "hangup_cause",
     "sip_hangup_cause", "digits", "digit", "status", "recording_id", "result", "cost_parts", "total_cost"]
)  # fmt: skip
_kinds = st.sampled_from(["call.initiated", "call.answered", "call.hangup", "call.recording.saved", "call.gather.ended",
                          "call.speak.ended", "call.cost", "call.machine.detection.ended", "call.dtmf.received", "x",
                          "call.conversation.ended", "call.transcription", "ai.assistant.transcript"])  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=_kinds, payload=st.dictionaries(_names, _values, min_size=1), name=_values)
def test_whatever_comes_makes_no_fault(
    kind: str, payload: dict[str, Any], name: Any, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    assert told(commanded, stack, data(kind, name, **payload)).status == 200
    stack.settle()


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'{"data": []}', b"[" * 5000])
def test_what_is_no_webhook_has_no_effect(
    body: bytes, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    before = contents(stack)
    assert told(commanded, stack, body).status == 200
    assert contents(stack) == before
