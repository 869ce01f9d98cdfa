"""GET /api/conversations."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.lines import Line
from tests.integration.voice_analytics.spoken import ids, listed, transcribing, written


def test_a_conversation_stands_as_its_call_does_at_once(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550001")
    (active,) = listed(demo)["conversations"]
    assert (active["id"], active["status"], active["ended_at"]) == (placed["conversationId"], "active", None)
    stack.advance(4)
    assert ids(listed(demo, "&status=active")) == [placed["conversationId"]]
    stack.advance(6)
    (ended,) = listed(demo)["conversations"]
    call = demo.call(placed["callId"])
    assert ended == {
        "id": placed["conversationId"], "channel": "voice", "status": "completed", "calls": 1,
        "call_id": placed["callId"], "customer_id": call["customerId"], "agent_id": "agent-1",
        "direction": "outbound", "duration_seconds": 4, "started_at": call["answeredAt"],
        "ended_at": call["endedAt"], "created_at": ended["created_at"],
    }  # fmt: skip
    assert ended["created_at"][:16] == call["createdAt"][:16]


def test_each_status_has_its_conversations_and_totals(demo: Client, stack: Stack) -> None:
    answered = demo.place("+15005550001")["conversationId"]
    busy = demo.place("+15005550002")["conversationId"]
    refused = demo("POST", "/api/telephony/calls/initiate", json={"customerPhone": "+15005550006", "agentId": "a"})
    assert refused.status == 502
    stack.advance(10)
    active = demo.place("+15005550003")["conversationId"]
    assert ids(listed(demo, "&status=completed")) == [answered]
    assert ids(listed(demo, "&status=active")) == [active]
    failed = listed(demo, "&status=failed")
    assert (failed["total"], busy in ids(failed)) == (2, True)
    assert listed(demo)["total"] == 4
    assert ids(listed(demo)) == sorted(ids(listed(demo)), reverse=True)


def test_pages_hold_each_conversation_once(demo: Client) -> None:
    made = [demo.place("+15005550003")["conversationId"] for _ in range(7)][::-1]
    for query in ("", "&status=active"):
        pages = [listed(demo, f"{query}&limit=3&offset={offset}") for offset in (0, 3, 6, 9)]
        assert [ids(page) for page in pages] == [made[:3], made[3:6], made[6:], []]
        assert {(page["total"], page["limit"]) for page in pages} == {(7, 3)}
        assert [page["offset"] for page in pages] == [0, 3, 6, 9]


def test_the_latest_call_decides(demo: Client, stack: Stack) -> None:
    first = demo.place("+15005550001")
    stack.advance(10)
    second = demo.place("+15005550003", conversationId=first["conversationId"])
    (one,) = listed(demo)["conversations"]
    assert (one["status"], one["calls"], one["call_id"]) == ("active", 2, second["callId"])
    stack.advance(30)
    assert ids(listed(demo, "&status=failed")) == [first["conversationId"]]
    assert listed(demo, "&status=completed")["total"] == 0


def test_the_end_of_an_earlier_call_decides_nothing(demo: Client, stack: Stack) -> None:
    first = demo.place("+15005550001")
    demo.place("+15005550003", conversationId=first["conversationId"])
    stack.advance(10)
    assert demo.call(first["callId"])["status"] == "completed"
    assert listed(demo)["conversations"][0]["status"] == "active"


def test_calls_that_come_in_are_conversations_too(demo: Client, stack: Stack) -> None:
    transcribing(demo)
    line = Line(demo)
    line.does()
    assert listed(demo)["conversations"][0]["direction"] == "inbound"
    line.post(event="ended")
    stack.advance(130)  # until it is certain that nobody answered
    assert listed(demo, "&status=active")["total"] == 0
    assert listed(demo)["total"] == 1


def test_what_is_only_written_is_not_among_them(demo: Client) -> None:
    written(demo)
    assert listed(demo)["conversations"] == []
    assert listed(demo)["total"] == 0


def test_a_deleted_conversation_is_gone_and_its_call_ends_all_the_same(demo: Client, stack: Stack) -> None:
    placed = demo.place("+15005550001")
    assert demo("DELETE", f"/api/v1/conversations/{placed['conversationId']}").status == 200
    assert listed(demo)["total"] == 0
    stack.advance(10)
    assert demo.call(placed["callId"])["status"] == "completed"
    assert (listed(demo)["total"], ids(listed(demo))) == (0, [])


def test_calls_at_once_in_one_conversation_are_all_remembered(demo: Client, stack: Stack) -> None:
    first = demo.place("+15005550003")
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: demo.place("+15005550003", conversationId=first["conversationId"]), range(3)))
    (one,) = listed(demo)["conversations"]
    assert one["calls"] == 4
    stack.advance(30)
    assert [one["status"] for one in listed(demo)["conversations"]] == ["failed"]
    assert [listed(demo, f"&status={status}")["total"] for status in ("active", "failed")] == [0, 1]


def test_another_tenants_conversations_are_not_there(demo: Client, other: Client) -> None:
    demo.place("+15005550003")
    assert listed(other) == {"conversations": [], "total": 0, "limit": 50, "offset": 0}


@pytest.mark.parametrize("query", ["channel=email", "status=open", "limit=0", "limit=101", "offset=-1", "limit=x"])
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(query: str, demo: Client) -> None:
    answer = demo("GET", f"/api/conversations?{query}")
    assert answer.status == 400
    assert set(answer.json()) == {"error"}
    assert query.partition("=")[0] in answer.json()["error"]
