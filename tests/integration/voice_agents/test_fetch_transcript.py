"""POST /api/v1/calls/{call_id}/transcript."""

import pytest

from infra.local.stack import Stack
from tests.integration.ai_calls import ai_call, transcript_of
from tests.integration.conftest import Client
from tests.integration.voice_agents.conftest import data, refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator, Fault
from tests.simulators.elevenlabs_conversations import ANALYSIS, TALK, Scenario

SAID = [said.message for said in TALK if said.message]


def path(call_id: str) -> str:
    return f"/api/v1/calls/{call_id}/transcript"


def test_a_transcript_of_which_no_webhook_came_is_fetched_and_kept(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider, Scenario(omit_news=True))
    assert demo.call(call_id)["status"] == "initiated"
    fetched = data(demo("POST", path(call_id)))
    assert [turn["text"] for turn in fetched["transcript"]["turns"]] == SAID
    assert fetched["extracted_data"] == {"order_no": "12345", "callback": None}
    assert (fetched["report"]["source"], fetched["report"]["summary"]) == ("provider", ANALYSIS["transcript_summary"])
    assert transcript_of(demo, call_id) == SAID
    assert demo.call(call_id)["status"] == "completed"


def test_fetching_again_changes_nothing(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider)
    first, second = (data(demo("POST", path(call_id))) for _ in range(2))
    assert first == second
    assert first["transcript"]["version"] == 1


@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=429), Fault(reset=True), Fault(status=200, body=b"<")]
)
def test_a_provider_that_fails_is_503_and_nothing_changes(
    fault: Fault, demo: Client, provider: ElevenLabsSimulator
) -> None:
    call_id = talked(demo, provider, Scenario(omit_news=True))
    provider.faults.append(fault)
    assert "ElevenLabs" in refusal(demo("POST", path(call_id)), 503)
    assert transcript_of(demo, call_id) == []
    assert demo.call(call_id)["status"] == "initiated"


def test_a_conversation_that_is_gone_at_the_provider_is_503(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider)
    (conversation,) = provider.conversations.values()
    conversation.deleted = True
    response = demo("POST", path(call_id))
    assert refusal(response, 503) == "The provider has no transcript of this call at present."
    assert response.header("retry-after") == "15"
    assert transcript_of(demo, call_id) == SAID


def test_while_the_call_lasts_there_is_nothing_to_fetch(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = ai_call(demo).call_id
    provider.answer(next(iter(provider.conversations)))
    assert "not over yet" in refusal(demo("POST", path(call_id)), 400)
    assert demo.call(call_id)["status"] == "answered"  # that much was learned


def test_a_call_that_nobody_took_has_none(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider, Scenario(end="busy"))
    assert refusal(demo("POST", path(call_id)), 404) == "There is no transcript of this call."


def test_a_persons_call_has_what_is_kept_of_it(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550002")["callId"]
    stack.advance(10)
    assert refusal(demo("POST", path(call_id)), 404) == "There is no transcript of this call."
