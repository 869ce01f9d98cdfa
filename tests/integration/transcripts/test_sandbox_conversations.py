"""Calls of AI agents over the sandbox: what is said is heard while it is said."""

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.placing import dial_assistant
from tandem.carriers.base import Assistant
from tandem.ids import new_id
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript
from tests.integration.conftest import Client

ADA = Assistant("assistant-1", "Ada", "You are kind.", first_message="Good morning, this is Ada.")


def dial(client: Client, number: str) -> str:
    """Let the agent call a number; the call's id."""
    with operating(client.stack):
        tenant_id, call_id = client.workspace.tenant_id, new_id()
        call = dial_assistant(tenant_id, number, ADA, task_id=new_id(), call_id=call_id, actor="test", test=False)
    return call.call_id


def heard(client: Client, call_id: str) -> Transcript | None:
    with operating(client.stack):
        return transcripts.find(client.workspace.tenant_id, call_id)


def words(transcript: Transcript | None) -> list[str]:
    return [turn.text for turn in transcript.turns] if transcript else []


def test_a_conversation_is_heard_second_by_second(demo: Client, stack: Stack) -> None:
    call_id = dial(demo, "+15005550001")
    stack.advance(2)
    assert heard(demo, call_id) is None
    stack.advance(1)
    assert words(heard(demo, call_id)) == ["Good morning, this is Ada."]
    stack.advance(1)
    assert words(heard(demo, call_id)) == ["Good morning, this is Ada.", "Where is my"]
    stack.advance(1)
    assert words(heard(demo, call_id))[1] == "Where is my order, please?"
    stack.advance(2)
    done = heard(demo, call_id)
    assert done is not None
    assert done.finished_at is not None
    assert words(done)[-1] == "Great, thank you very much!"
    assert [(tool.name, tool.succeeded) for tool in done.tool_calls] == [("find_order", True)]
    assert demo.call(call_id)["status"] == "completed"


def test_what_is_told_in_disorder_and_twice_is_the_same_conversation(demo: Client, stack: Stack) -> None:
    call_id = dial(demo, "+15005550008")
    stack.advance(20)
    done = heard(demo, call_id)
    assert done is not None
    assert done.version == 1
    assert words(done) == [
        "Good morning, this is Ada.", "Where is my order, please?", "It arrives on Monday.", "On Monday, then.",
    ]  # fmt: skip
    assert all(turn.final for turn in done.turns)


def test_where_nobody_answers_nothing_is_said(demo: Client, stack: Stack) -> None:
    call_id = dial(demo, "+15005550002")
    stack.advance(20)
    assert heard(demo, call_id) is None


def test_though_the_answer_to_the_dial_is_lost_every_word_is_heard(demo: Client, stack: Stack) -> None:
    call_id = dial(demo, "+15005550009")
    stack.advance(20)
    assert words(heard(demo, call_id))[-1] == "I am very disappointed."


def test_in_a_call_of_people_nobody_listens_in(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550001")["callId"]
    stack.advance(20)
    assert heard(demo, call_id) is None
