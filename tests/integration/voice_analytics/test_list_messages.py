"""GET /api/conversations/{conversation_id}/messages."""

from typing import Any

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role, Turn
from tests.integration.conftest import Client
from tests.integration.voice_analytics.spoken import UNKNOWN, transcribing, written


def said(client: Client, conversation_id: str, query: str = "") -> list[dict[str, Any]]:
    answer = client("GET", f"/api/conversations/{conversation_id}/messages{query}")
    assert answer.status == 200, answer.text
    body: list[dict[str, Any]] = answer.json()
    return body


def test_a_transcribed_call_is_a_list_of_messages(demo: Client, stack: Stack) -> None:
    transcribing(demo)
    placed = demo.place("+15005550001")
    assert said(demo, placed["conversationId"]) == []
    stack.advance(10)
    messages = said(demo, placed["conversationId"])
    assert [(one["role"], one["content"]) for one in messages] == [
        ("assistant", "Hello, how can I help you?"),
        ("user", "Where is my order, please?"),
        ("assistant", "It arrives tomorrow morning."),
        ("user", "Great, thank you very much!"),
    ]
    assert {one["conversation_id"] for one in messages} == {placed["conversationId"]}
    assert len({one["id"] for one in messages}) == 4
    assert [one["created_at"] for one in messages] == sorted(one["created_at"] for one in messages)
    assert messages[0]["created_at"] == demo.call(placed["callId"])["answeredAt"]
    assert said(demo, placed["conversationId"]) == messages


def test_what_is_still_being_said_is_left_out(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550003")
    turns = [
        Turn("1", Role.AGENT, "Hello!", 0.0, 1.0, final=True),
        Turn("2", Role.USER, "Where is", 1.5, 2.0, final=False),
    ]
    with operating(stack):
        transcripts.hear(demo.workspace.tenant_id, placed["callId"], "sandbox", turns)
    assert [one["content"] for one in said(demo, placed["conversationId"])] == ["Hello!"]


def test_calls_and_what_was_written_between_them_come_in_the_order_of_time(demo: Client, stack: Stack) -> None:
    transcribing(demo)
    placed = demo.place("+15005550001")
    conversation = placed["conversationId"]
    stack.advance(20)
    for text, direction in (("Here is the link.", "outbound"), ("Thanks!", "inbound")):
        body = {"text": text, "direction": direction}
        assert demo("POST", f"/api/v1/conversations/{conversation}/messages", json=body).status == 201
        stack.advance(1)
    demo.place("+15005550009", conversationId=conversation)
    stack.advance(60)
    contents = [(one["role"], one["content"]) for one in said(demo, conversation)]
    assert len(contents) == 10
    assert contents[4:6] == [("assistant", "Here is the link."), ("user", "Thanks!")]
    assert contents[9] == ("user", "I am very disappointed.")
    assert said(demo, conversation, "?limit=2&offset=4") == said(demo, conversation)[4:6]


def test_a_conversation_without_calls_has_what_was_written(demo: Client) -> None:
    conversation = written(demo)
    assert said(demo, conversation) == []
    demo("POST", f"/api/v1/conversations/{conversation}/messages", json={"text": "Hello"})
    assert [(one["role"], one["content"]) for one in said(demo, conversation)] == [("assistant", "Hello")]


def test_what_there_is_not_is_told_as_the_reference_tells_it(demo: Client, other: Client) -> None:
    theirs = other.place("+15005550003")["conversationId"]
    for unknown in (UNKNOWN, "conv-123", theirs):
        answer = demo("GET", f"/api/conversations/{unknown}/messages")
        assert (answer.status, answer.json()) == (404, {"error": "Conversation not found"})
