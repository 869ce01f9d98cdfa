"""Conversations of which no webhook came: ElevenLabs is asked, until what was said is here."""

from collections.abc import Iterator

import pytest

from infra.local.stack import Stack
from tests.integration.ai_calls import ai_call, simulated, transcript_of
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault
from tests.simulators.elevenlabs_conversations import TALK, Scenario

SAID = [said.message for said in TALK if said.message]


@pytest.fixture
def provider(stack: Stack, demo: Client) -> Iterator[ElevenLabsSimulator]:
    yield from simulated(stack, demo)


def test_a_conversation_without_a_webhook_is_asked_for_and_here_soon_after(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = ai_call(demo).call_id
    (session,) = provider.conversations
    provider.answer(session)
    stack.advance(130)
    assert demo.call(call_id)["status"] == "answered"
    provider.end(session, Scenario())
    stack.advance(720)
    call = demo.call(call_id)
    assert (call["status"], call["duration"], call["recordingState"]) == ("completed", 14, "available")
    assert transcript_of(demo, call_id) == SAID
    assert len(demo.items("ANALYSIS#")) == 1


def test_a_conversation_that_is_still_processed_is_asked_for_again(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = ai_call(demo).call_id
    (conversation,) = provider.conversations.values()
    conversation.status = "processing"
    stack.advance(130)
    assert demo.call(call_id)["status"] == "answered"
    conversation.status = "done"
    stack.advance(720)
    assert transcript_of(demo, call_id) == SAID


def test_while_the_words_cannot_be_had_the_call_is_not_over_but_one_day_it_is(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = ai_call(demo).call_id
    (session,) = provider.conversations
    provider.end(session, Scenario())
    leap(stack, 70)
    provider.faults += [Fault(path="/v1/convai/conversations/", status=200, places=True), Fault(status=503)]
    stack.run_schedule("WorkersRunCallSettlement")
    assert provider.faults == []
    assert demo.call(call_id)["status"] == "initiated"
    leap(stack, 13 * 3600)
    provider.faults += [Fault(path="/v1/convai/conversations/", status=200, places=True), Fault(status=503)]
    stack.run_schedule("WorkersRunCallSettlement")
    assert demo.call(call_id)["status"] == "completed"
    assert transcript_of(demo, call_id) == []
