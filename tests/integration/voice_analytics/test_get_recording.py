"""GET /api/voice/recordings/{conversation_id}."""

from urllib.parse import parse_qs, urlsplit

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.voice_analytics.spoken import UNKNOWN, written


def asked(client: Client, conversation_id: str) -> Response:
    return client("GET", f"/api/voice/recordings/{conversation_id}")


def test_the_recording_of_a_conversation_is_linked_to(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550001")
    stack.advance(10)
    answer = asked(demo, placed["conversationId"])
    assert answer.status == 200
    recording = answer.json()["recording"]
    call = demo.call(placed["callId"])
    (url,) = recording.pop("urls")
    assert recording == {
        "id": placed["callId"], "duration_seconds": 4, "available": True,
        "started_at": call["answeredAt"], "ended_at": call["endedAt"],
    }  # fmt: skip
    parts = urlsplit(url)
    assert parse_qs(parts.query)["X-Amz-Expires"] == ["900"]
    assert parts.path.endswith(f"/{demo.workspace.tenant_id}/{placed['callId']}.wav")


def test_without_a_recording_the_404_says_from_when_to_when_they_spoke(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550001", recordingEnabled=False)
    during = asked(demo, placed["conversationId"])
    assert (during.status, during.json()["recording"]["ended_at"]) == (404, None)
    stack.advance(10)
    call = demo.call(placed["callId"])
    answer = asked(demo, placed["conversationId"])
    assert answer.status == 404
    assert answer.json() == {
        "recording": {
            "id": None, "urls": None, "duration_seconds": None, "available": False,
            "started_at": call["answeredAt"], "ended_at": call["endedAt"],
        }
    }  # fmt: skip


def test_a_conversation_without_calls_has_no_recording_and_no_times(demo: Client) -> None:
    answer = asked(demo, written(demo))
    assert answer.status == 404
    recording = answer.json()["recording"]
    assert recording.pop("available") is False
    assert set(recording.values()) == {None}


def test_all_calls_of_a_conversation_count(demo: Client, stack: Stack) -> None:
    first = demo.place("+15005550001")
    stack.advance(20)
    second = demo.place("+15005550005", conversationId=first["conversationId"])
    stack.advance(20)
    recording = asked(demo, first["conversationId"]).json()["recording"]
    assert [urlsplit(url).path.rpartition("/")[2] for url in recording["urls"]] == [
        f"{second['callId']}.wav", f"{first['callId']}.wav",
    ]  # fmt: skip
    assert (recording["id"], recording["duration_seconds"]) == (second["callId"], 10)
    assert recording["started_at"] == demo.call(first["callId"])["answeredAt"]
    assert recording["ended_at"] == demo.call(second["callId"])["endedAt"]


def test_a_deleted_recording_is_not_available(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550001")
    stack.advance(10)
    assert demo("DELETE", f"/api/telephony/calls/{placed['callId']}/recording").status == 200
    answer = asked(demo, placed["conversationId"])
    assert (answer.status, answer.json()["recording"]["available"]) == (404, False)


def test_what_there_is_not_is_told_as_the_reference_tells_it(demo: Client, other: Client) -> None:
    theirs = other.place("+15005550003")["conversationId"]
    for unknown in (UNKNOWN, "conv-123", theirs):
        answer = asked(demo, unknown)
        assert (answer.status, answer.json()) == (404, {"error": "Conversation not found"})


def test_thirty_a_minute_are_answered(demo: Client) -> None:
    answers = [asked(demo, UNKNOWN) for _ in range(31)]
    assert [answer.status for answer in answers] == [404] * 30 + [429]
    assert answers[0].header("x-ratelimit-limit") == "30"
    assert int(answers[-1].header("retry-after") or 0) > 0
