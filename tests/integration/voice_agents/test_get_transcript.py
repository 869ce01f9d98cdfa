"""GET /api/v1/calls/{call_id}/transcript."""

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn
from tests.integration.ai_calls import ai_call
from tests.integration.conftest import Client
from tests.integration.voice_agents.conftest import data, refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import TALK, Scenario


def path(call_id: str) -> str:
    return f"/api/v1/calls/{call_id}/transcript"


def test_the_transcript_of_a_call_is_told_with_its_tools(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider)
    transcript = data(demo("GET", path(call_id)))
    assert [turn["text"] for turn in transcript["turns"]] == [said.message for said in TALK if said.message]
    assert transcript["turns"][1] == {"role": "user", "text": "Yes. Where is my order?", "start": 3, "end": 6}
    assert transcript["tool_calls"] == [
        {"name": "find_order", "arguments": '{"order_no": "12345"}', "succeeded": True, "at": 5}
    ]
    assert (transcript["call_id"], transcript["source"], transcript["version"]) == (call_id, "elevenlabs", 1)
    assert transcript["finished_at"]


def test_what_was_said_so_far_is_told_while_the_call_lasts(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = ai_call(demo).call_id
    assert refusal(demo("GET", path(call_id)), 404) == "Nothing was said yet."
    with operating(stack):
        turn = Turn("1", Role.AGENT, "Hello", 0, 1, final=True)
        transcripts.hear(demo.workspace.tenant_id, call_id, "elevenlabs", [turn])
    transcript = data(demo("GET", path(call_id)))
    assert ([turn["text"] for turn in transcript["turns"]], transcript["finished_at"]) == (["Hello"], None)


def test_a_call_without_a_word_has_none(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider, Scenario(end="no-answer"))
    assert refusal(demo("GET", path(call_id)), 404) == "There is no transcript of this call."
