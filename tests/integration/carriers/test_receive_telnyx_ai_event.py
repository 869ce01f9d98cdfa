"""POST /api/webhooks/telnyx/voice/conversational-ai."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.placing import dial_assistant
from tandem.carriers.base import Assistant, Role, Turn
from tandem.errors import CarrierRefused
from tandem.ids import new_id
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript
from tests.integration.conftest import Client
from tests.integration.doors import contents
from tests.integration.telnyx_account import CUSTOMER, PATH, told
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Call, Signature, envelope

AI_PATH = f"{PATH}/conversational-ai"
ASSISTANT = Assistant("agent-1", "Ada", "You sell shoes to {{name}}.", "Good morning!", variables={"name": "Grace"})


def _talking(client: Client, stack: Stack) -> str:
    """A call of an AI agent's; its id."""
    call_id = new_id()
    with operating(stack):
        dial_assistant(
            client.workspace.tenant_id, CUSTOMER, ASSISTANT, task_id=new_id(), call_id=call_id, actor="test", test=False
        )
    return call_id


def _transcript(client: Client, stack: Stack, call_id: str) -> Transcript | None:
    stack.settle()
    with operating(stack):
        return transcripts.find(client.workspace.tenant_id, call_id)


def _tell(carrier: TelnyxSimulator, stack: Stack, kind: str, after: float = 0, **facts: Any) -> None:
    (call,) = carrier.calls.values()
    began = call.answered_at or call.created_at
    body = envelope(call.event(kind, began + timedelta(seconds=after), facts), AI_PATH)
    assert told(carrier, stack, body, AI_PATH).status == 200
    stack.settle()


def test_the_agent_is_told_of_with_the_dial_and_nobody_else_steers_the_call(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    (call,) = commanded.calls.values()
    (lent,) = commanded.assistants.values()
    assert lent["name"] == "Tandem"
    assert call.order["assistant"] == {
        "id": lent["id"], "name": "Ada", "instructions": "You sell shoes to {{name}}.", "greeting": "Good morning!",
        "dynamic_variables": {"name": "Grace"},
    }  # fmt: skip
    commanded.play(call.control_id)
    assert call.commands == []
    assert virginian.call(call_id)["outcome"] == "answered_human"
    _talking(virginian, stack)
    assert len(commanded.assistants) == 1


def test_what_is_said_is_heard_bit_by_bit_and_the_whole_takes_its_place(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    (call,) = commanded.calls.values()
    commanded.play(call.control_id)
    _tell(commanded, stack, "ai.assistant.response", 1, text="Good morning!", message_id="m1")
    _tell(
        commanded, stack, "ai.assistant.transcript", 2, transcript="I want", role="user", is_final=False, turn_id="u1"
    )
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    first, second = transcript.turns
    assert (first.role, first.text, first.start, first.final) == (Role.AGENT, "Good morning!", 1.0, True)
    assert (second.role, second.text, second.start, second.final) == (Role.USER, "I want", 2.0, False)
    said = {"role": "user", "is_final": True, "turn_id": "u1"}
    for _ in range(2):
        _tell(commanded, stack, "ai.assistant.transcript", 2, transcript="I want red shoes.", **said)
    _tell(
        commanded, stack, "ai.assistant.tool_call", 3, tool_call_id="t1", name="order", arguments={"n": 1}, success=True
    )
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    assert [turn.text for turn in transcript.turns] == ["Good morning!", "I want red shoes."]
    (tool,) = transcript.tool_calls
    assert (tool.name, tool.arguments, tool.succeeded, tool.at) == ("order", '{"n": 1}', True, 3.0)
    assert transcript.finished_at is None
    began = call.answered_at
    assert began is not None
    commanded.messages["c1"] = [
        {"role": "assistant", "text": "Good morning!", "sent_at": (began + timedelta(seconds=1)).isoformat()},
        {"role": "user", "text": "I want red shoes.", "sent_at": (began + timedelta(seconds=2)).isoformat()},
        {"role": "assistant", "text": None, "tool_calls": [
            {"id": "t1", "type": "function", "function": {"name": "order", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "t1", "text": '{"error": "sold out"}'},
        {"role": "assistant", "text": "We have none left.", "sent_at": (began + timedelta(seconds=4)).isoformat()},
    ]  # fmt: skip
    _tell(commanded, stack, "call.conversation.ended", 5, conversation_id="c1", reason="customer_disconnect")
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    assert [(turn.text, turn.start) for turn in transcript.turns] == [
        ("Good morning!", 1.0), ("I want red shoes.", 2.0), ("We have none left.", 4.0),
    ]  # fmt: skip
    assert [tool.succeeded for tool in transcript.tool_calls] == [False]
    assert (transcript.source, transcript.version, transcript.finished_at is not None) == ("telnyx", 1, True)
    _tell(commanded, stack, "call.conversation.ended", 5, conversation_id="c1", reason="customer_disconnect")
    assert _transcript(virginian, stack, call_id) == transcript


def test_an_end_that_brings_its_messages_needs_no_question(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    asked = len(commanded.requests)
    messages = [{"role": "assistant", "content": "Good morning!"}, {"role": "user", "content": "Goodbye."}]
    _tell(commanded, stack, "ai.assistant.ended", conversation_id="c1", messages=messages)
    assert len(commanded.requests) == asked
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    assert [turn.text for turn in transcript.turns] == ["Good morning!", "Goodbye."]


def test_an_end_with_more_messages_than_a_queue_takes_has_them_asked_for(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    long = [{"role": "user", "content": f"{number}: " + "blah " * 400} for number in range(200)]
    commanded.messages["c1"] = [{"role": one["role"], "text": one["content"]} for one in long]
    _tell(commanded, stack, "call.conversation.ended", conversation_id="c1", messages=long)
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    assert len(transcript.turns) == 200


def test_live_transcription_counts_where_it_is_final(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    (call,) = commanded.calls.values()
    commanded.play(call.control_id)
    spoken = [("inbound", "Hel", False), ("inbound", "Hello?", True), ("outbound", "Good morning!", True)]
    for number, (track, text, final) in enumerate(spoken):
        heard = {"transcription_track": track, "transcript": text, "is_final": final, "confidence": 0.9}
        _tell(commanded, stack, "call.transcription", number, transcription_data=heard)
    transcript = _transcript(virginian, stack, call_id)
    assert transcript is not None
    expected = [Turn("", Role.USER, "Hello?", 1.0, None, True), Turn("", Role.AGENT, "Good morning!", 2.0, None, True)]
    assert [replace(turn, turn_id="", sequence=0) for turn in transcript.turns] == expected


@pytest.mark.parametrize("kind", ["wrong", "none", "old", "ahead"])
def test_forged_and_stale_words_are_refused_and_change_nothing(
    kind: Signature, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    _talking(virginian, stack)
    stack.settle()
    (call,) = commanded.calls.values()
    before = contents(stack)
    facts = {"text": "I pay a million.", "role": "user"}
    body = envelope(call.event("ai.assistant.transcript", commanded.now(), facts), AI_PATH)
    answer = stack.request("POST", AI_PATH, headers=commanded.signer.headers(body, kind), body=body)
    assert (answer.status, list(answer.json())) == (403, ["error"])
    stack.settle()
    assert contents(stack) == before


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        ("ai.assistant.transcript", {"text": "", "role": "user"}),
        ("ai.assistant.transcript", {"text": "in part", "is_final": False}),
        ("ai.assistant.tool_call", {"arguments": "{}"}),
        ("call.transcription", {"transcription_data": {"transcript": "in part", "is_final": False}}),
        ("call.conversation_insights.generated", {"results": []}),
        ("ai.assistant.started", {"text": "x"}),
    ],
)
def test_what_says_nothing_has_no_effect(
    kind: str, facts: dict[str, Any], virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call_id = _talking(virginian, stack)
    stack.settle()
    before = contents(stack)
    _tell(commanded, stack, kind, **facts)
    assert contents(stack) == before
    assert _transcript(virginian, stack, call_id) is None


def test_words_of_a_call_of_nobody_have_no_effect(virginian: Client, commanded: TelnyxSimulator, stack: Stack) -> None:
    before = contents(stack)
    call = Call(CUSTOMER, "+13125550199", "outgoing", commanded.connection_id, AI_PATH, commanded.now())
    body = envelope(call.event("ai.assistant.transcript", commanded.now(), {"text": "x", "role": "user"}), AI_PATH)
    assert told(commanded, stack, body, AI_PATH).status == 200
    stack.settle()
    assert contents(stack) == before


def test_an_assistant_that_cannot_be_had_is_a_dial_that_was_refused(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    commanded.faults.append(Fault(status=503))
    with pytest.raises(CarrierRefused, match="assistant"):
        _talking(virginian, stack)
    assert commanded.calls == {}
