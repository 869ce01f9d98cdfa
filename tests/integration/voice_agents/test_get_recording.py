"""GET /api/v1/calls/{call_id}/recording."""

import pytest

from infra.local.stack import Stack
from tests.integration.ai_calls import ai_call
from tests.integration.conftest import Client
from tests.integration.voice_agents.conftest import data, refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import Scenario


def path(call_id: str) -> str:
    return f"/api/v1/calls/{call_id}/recording"


def test_a_recording_is_heard_with_a_key_and_for_a_while_without(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider)
    stack.advance(60)
    recording = data(demo("GET", path(call_id)))
    assert recording["recording_url"] == f"http://localhost:3001{path(call_id)}/stream"
    assert demo("GET", f"{path(call_id)}/stream").body == provider.audio
    assert recording["expires_in"] == 900
    assert "X-Amz-Signature=" in recording["download_url"]


def test_a_failed_call_without_one_says_so(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550002")["callId"]
    stack.advance(30)
    assert refusal(demo("GET", path(call_id)), 404) == "This call has no recording."


def test_while_the_call_lasts_it_is_refused(demo: Client, provider: ElevenLabsSimulator) -> None:
    assert refusal(demo("GET", path(ai_call(demo).call_id)), 400) == "The recording is there when the call is over."


@pytest.mark.parametrize("scenario", [Scenario(audio=False), Scenario(end="busy")])
def test_without_audio_there_is_none(
    scenario: Scenario, demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider, scenario)
    stack.advance(60)
    assert refusal(demo("GET", path(call_id)), 404) == "This call has no recording."
