"""GET /api/v1/calls/{call_id}/report."""

from dataclasses import replace

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.lookup import get_call
from tandem.carriers.base import Sentiment
from tandem.transcripts import service as transcripts
from tests.integration.ai_calls import ai_call
from tests.integration.conftest import Client
from tests.integration.voice_agents.conftest import data, refusal, talked
from tests.simulators.elevenlabs import ElevenLabsSimulator
from tests.simulators.elevenlabs_conversations import TALK, Scenario


def path(call_id: str) -> str:
    return f"/api/v1/calls/{call_id}/report"


def test_a_report_is_the_providers_where_that_made_one(demo: Client, provider: ElevenLabsSimulator) -> None:
    call_id = talked(demo, provider)
    report = data(demo("GET", path(call_id)))
    assert report == {
        "call_id": call_id, "source": "provider", "maker": "elevenlabs", "title": "Order on its way",
        "summary": "Asha asked for her order and learned that it arrives tomorrow.",
        "outcome": "answered_human", "successful": True, "extracted_data": {"order_no": "12345", "callback": None},
        "criteria": [{"name": "solved", "reached": True, "reason": "She was told."}],
        "sentiment": report["sentiment"],
        "talk_time": {"agent_seconds": 7, "user_seconds": 7, "agent_percent": 50, "user_percent": 50},
        "tool_calls": [{"name": "find_order", "arguments": {"order_no": "12345"}, "succeeded": True, "at": 5}],
        "turns": 4, "duration_seconds": 14, "transcript_version": 1, "created_at": report["created_at"],
    }  # fmt: skip


def test_where_nobody_made_one_it_is_picked_from_what_was_said(demo: Client, provider: ElevenLabsSimulator) -> None:
    talk = (*TALK, replace(TALK[-1], message="My e-mail is asha@example.com", at=11))
    report = data(demo("GET", path(talked(demo, provider, Scenario(talk=talk, analysed=False)))))
    assert (report["source"], report["maker"], report["successful"]) == ("extract", "tandem", None)
    assert "Where is my order?" in report["summary"]
    assert report["extracted_data"]["emails"] == ["asha@example.com"]


def test_a_report_is_made_once_and_anew_with_another_transcript(
    demo: Client, provider: ElevenLabsSimulator, stack: Stack
) -> None:
    call_id = talked(demo, provider)
    first = data(demo("GET", path(call_id)))
    stack.advance(5)
    assert data(demo("GET", path(call_id)))["created_at"] == first["created_at"]
    (conversation,) = provider.conversations.values()
    conversation.scenario = Scenario(talk=TALK[:2])
    provider.send(conversation.news(provider.now())[0], conversation)
    anew = data(demo("GET", path(call_id)))
    assert (anew["transcript_version"], anew["turns"]) == (2, 2)
    assert anew["created_at"] > first["created_at"]
    assert len(demo.items("REPORT#")) == 1


def test_the_mood_is_told_when_it_is_known(demo: Client, provider: ElevenLabsSimulator, stack: Stack) -> None:
    call_id = talked(demo, provider)
    with operating(stack):
        transcripts.judge(demo.workspace.tenant_id, call_id, 1, Sentiment.POSITIVE)
    assert data(demo("GET", path(call_id)))["sentiment"] == "positive"


@pytest.mark.parametrize(
    ("number", "summary"),
    [
        ("+15005550002", "The line was busy."),
        ("+15005550003", "Nobody answered."),
        ("+15005550004", "The call was declined."),
    ],
)
def test_a_call_without_a_word_is_reported_by_how_it_ended(
    number: str, summary: str, demo: Client, stack: Stack
) -> None:
    call_id = demo.place(number)["callId"]
    stack.advance(30)
    report = data(demo("GET", path(call_id)))
    assert (report["summary"], report["source"], report["transcript_version"]) == (summary, "extract", 0)
    assert report["talk_time"] == {"agent_seconds": 0, "user_seconds": 0, "agent_percent": 0, "user_percent": 0}
    assert demo.items("REPORT#") == []  # a transcript may yet come


def test_while_a_call_lasts_there_is_no_report(demo: Client, provider: ElevenLabsSimulator, stack: Stack) -> None:
    call_id = ai_call(demo).call_id
    assert refusal(demo("GET", path(call_id)), 404) == "The report is made when the call is over."
    with operating(stack):
        assert not get_call(demo.workspace.tenant_id, call_id).status.is_final
