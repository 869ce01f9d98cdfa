"""GET /api/v1/calls/{call_id}."""

from infra.local.stack import Stack
from tests.integration.ai_calls import CUSTOMER, ai_call
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL
from tests.integration.voice_agents.conftest import data, refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import ANALYSIS, Scenario

PATH = "/api/v1/calls"


def test_a_call_that_is_over_comes_with_its_transcript_and_report(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider)
    stack.advance(60)
    call = data(demo("GET", f"{PATH}/{call_id}"))
    assert (call["id"], call["status"], call["duration_seconds"], call["error"]) == (call_id, "completed", 14, None)
    assert [turn["role"] for turn in call["transcript"]["turns"]] == ["agent", "user", "agent", "user"]
    assert call["report"]["summary"] == ANALYSIS["transcript_summary"]
    heard = demo("GET", call["recording_url"].removeprefix(demo.stack.base_url))
    assert (heard.status, heard.body) == (200, provider.audio)


def test_a_call_under_way_has_no_report_yet(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = ai_call(demo).call_id
    call = data(demo("GET", f"{PATH}/{call_id}"))
    names = ("status", "ended_at", "duration_seconds", "transcript", "report", "recording_url")
    assert [call[name] for name in names] == ["initiated", None, None, None, None, None]


def test_a_call_that_nobody_took_says_why_and_its_report_does(demo: Client, provider: ElevenLabsSimulator) -> None:
    call = data(demo("GET", f"{PATH}/{talked(demo, provider, Scenario(end='busy', sip=486))}"))
    assert (call["status"], call["error"], call["transcript"]) == ("failed", "busy: busy 486", None)
    assert call["report"]["summary"] == "The line was busy."
    assert call["to_number"] == CUSTOMER


def test_an_unknown_call_is_not_found(demo: Client) -> None:
    assert refusal(demo("GET", f"{PATH}/{UNKNOWN_CALL}"), 404) == "No such call."
