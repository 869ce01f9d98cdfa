"""POST /api/webhooks/elevenlabs."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.stack import Stack
from tests.integration.ai_calls import CUSTOMER, ai_call, simulated, transcript_of
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault
from tests.simulators.elevenlabs_conversations import TALK, Said, Scenario, signed, written

PATH = "/api/webhooks/elevenlabs"
SAID = [said.message for said in TALK if said.message]


@pytest.fixture
def provider(stack: Stack, demo: Client) -> Iterator[ElevenLabsSimulator]:
    yield from simulated(stack, demo)


def played(client: Client, provider: ElevenLabsSimulator, scenario: Scenario) -> dict[str, Any]:
    call_id = ai_call(client).call_id
    provider.play(list(provider.conversations)[-1], scenario)
    return client.call(call_id)


def shown(call: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(call[name] for name in ("status", "outcome", "cause", "duration", "cost"))


@pytest.mark.parametrize(
    ("scenario", "status", "outcome"),
    [
        (Scenario(), "completed", "answered_human"),
        (Scenario(talk=(*TALK, Said("agent", None, 12, tool="voicemail_detection"))), "completed", "voicemail"),
        (Scenario(end="busy"), "failed", "busy"),
        (Scenario(end="no-answer"), "failed", "no_answer"),
        (Scenario(end="unknown", sip=404), "failed", "invalid_number"),
        (Scenario(end="unknown"), "failed", "carrier_error"),
        (Scenario(end="failed", termination="Quota exceeded"), "failed", "carrier_error"),
    ],
    ids=lambda value: f"{value.end}{value.sip or ''}" if isinstance(value, Scenario) else value,
)
def test_each_story_of_a_call_ends_in_its_record(
    scenario: Scenario, status: str, outcome: str, demo: Client, provider: ElevenLabsSimulator
) -> None:
    call = played(demo, provider, scenario)
    assert (call["status"], call["outcome"], call["carrier"]) == (status, outcome, "elevenlabs")


def test_what_was_said_is_kept_with_the_tools_and_announced_once(demo: Client, provider: ElevenLabsSimulator) -> None:
    call = played(demo, provider, Scenario(duplicates=True))
    assert transcript_of(demo, call["callId"]) == SAID
    (tool,) = demo.items("TOOL_CALL#")
    assert (tool["name"], tool["succeeded"]) == ("find_order", True)
    events = [item["type"] for item in demo.items("EVENT#") if item["subject"] == call["callId"]]
    assert events.count("transcript.completed") == 1
    assert events.count("call.completed") == 1
    assert events.index("transcript.completed") < events.index("call.completed")


def test_news_with_strange_fields_in_any_number_end_in_the_same_record(
    demo: Client, provider: ElevenLabsSimulator
) -> None:
    scenarios = (Scenario(), Scenario(duplicates=True), Scenario(official_sample=True), Scenario(sends_audio=True))
    records = {shown({**call, "cost": str(call["cost"])}) for call in (played(demo, provider, s) for s in scenarios)}
    cost = {"amount": "0.0425", "currency": "USD"}
    assert records == {("completed", "answered_human", "Client ended the call", 14, str(cost))}


def test_the_recording_is_fetched(demo: Client, provider: ElevenLabsSimulator, stack: Stack) -> None:
    provider.audio_failures = 1
    call = played(demo, provider, Scenario())
    stack.advance(60)
    audio = demo("GET", f"/api/telephony/calls/{call['callId']}/recording/stream")
    assert (audio.status, audio.body) == (200, provider.audio)


def test_a_transcript_that_is_told_anew_takes_the_place_of_the_old_one(
    demo: Client, provider: ElevenLabsSimulator
) -> None:
    call = played(demo, provider, Scenario())
    (conversation,) = provider.conversations.values()
    conversation.scenario = Scenario(talk=TALK[:2])
    for event in conversation.news(provider.now()):
        assert provider.send(event, conversation) == 200
    assert transcript_of(demo, call["callId"]) == SAID[:2]
    (header,) = demo.items("TRANSCRIPT#")
    assert header["version"] == 2


def test_a_dial_whose_answer_was_lost_is_settled_by_the_webhook_and_never_made_again(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    provider.faults.append(Fault(reset=True, places=True, path="/v1/convai/twilio/outbound-call"))
    call_id = ai_call(demo).call_id
    assert demo.call(call_id)["status"] == "initiated"
    (session,) = provider.conversations
    provider.play(session)
    assert demo.call(call_id)["status"] == "completed"
    assert transcript_of(demo, call_id) == SAID
    stack.advance(600)
    assert len(provider.conversations) == 1


def test_a_failure_told_before_we_know_the_conversation_is_found_by_asking(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    provider.without_id.add(CUSTOMER)
    call_id = ai_call(demo).call_id
    (session,) = provider.conversations
    provider.play(session, Scenario(end="busy"))  # which names no reference of ours
    assert demo.call(call_id)["status"] == "initiated"
    stack.advance(120)
    assert demo.call(call_id)["status"] == "failed"


@pytest.mark.parametrize("kind", ["wrong", "none", "stale", "future", "of_another_body"])
def test_forged_news_are_refused_and_change_nothing(
    kind: Any, demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    ai_call(demo)
    (conversation,) = provider.conversations.values()
    before = contents(stack)
    provider.end(conversation.conversation_id, Scenario(signature=kind))
    (event,) = conversation.news(provider.now())
    assert provider.send(event, conversation) == 403
    assert contents(stack) == before


def test_a_signature_with_a_space_in_it_is_good(demo: Client, provider: ElevenLabsSimulator) -> None:
    assert played(demo, provider, Scenario(signature="spaced"))["status"] == "completed"


def test_a_conversation_of_three_megabytes_is_taken(demo: Client, provider: ElevenLabsSimulator) -> None:
    long = tuple(Said("user" if n % 2 else "agent", f"{n} " + "word " * 1200, n) for n in range(500))
    call = played(demo, provider, Scenario(talk=long, duration=600))
    assert call["status"] == "completed"
    assert len(transcript_of(demo, call["callId"])) == 500


def test_a_webhook_of_nobody_we_know_is_taken_and_has_no_effect(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    ai_call(demo)
    (conversation,) = provider.conversations.values()
    provider.end(conversation.conversation_id)
    conversation.conversation_id, conversation.client_data = "conv_of_another_product", {}
    before = contents(stack)
    (event,) = conversation.news(provider.now())
    assert provider.send(event, conversation) == 200
    assert contents(stack) == before


_words = st.none() | st.integers() | st.text(max_size=20) | st.sampled_from(["done", "conv_1", {}, [], [{}], {"a": 1}])
_names = st.sampled_from(["conversation_id", "status", "transcript", "metadata", "analysis", "user_id", "has_audio"])


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(["post_call_transcription", "post_call_audio", "call_initiation_failure", "of the future"]),
    data=st.dictionaries(_names, _words),
)
def test_whatever_comes_makes_no_fault(
    kind: str, data: dict[str, Any], demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    body = written({"type": kind, "event_timestamp": 1, "data": data})
    headers = signed(body, provider.webhook_secret, provider.now())
    assert stack.request("POST", PATH, headers=headers, body=body).status == 200


@pytest.mark.parametrize("body", [b"", b"null", b"{", b"\xff\xfe", json.dumps({"type": None}).encode()])
def test_signed_nonsense_is_no_fault_of_ours(body: bytes, provider: ElevenLabsSimulator, stack: Stack) -> None:
    headers = signed(body, provider.webhook_secret, provider.now())
    assert stack.request("POST", PATH, headers=headers, body=body).status in (200, 400)
