"""PATCH /api/telephony/calls/{callId}/metadata."""

import threading
from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL, contents


def patch(client: Client, call_id: str, **body: Any) -> Response:
    return client("PATCH", f"/api/telephony/calls/{call_id}/metadata", json=body)


def written(client: Client, call_id: str) -> dict[str, Any]:
    call = client.call(call_id)
    return {name: call[name] for name in ("notes", "tags", "rating")}


@pytest.fixture
def call_id(demo: Client) -> str:
    return str(demo.place()["callId"])


def test_what_is_sent_is_written_and_what_is_left_out_stays(demo: Client, call_id: str) -> None:
    answer = patch(demo, call_id, notes="Wants a quote.", tags=["sale", "follow-up"], rating=4)
    assert (answer.status, answer.json()) == (
        200,
        {
            "success": True,
            "data": {"callId": call_id, "notes": "Wants a quote.", "tags": ["sale", "follow-up"], "rating": 4},
        },
    )
    assert patch(demo, call_id, rating=5).json()["data"]["rating"] == 5
    assert patch(demo, call_id, tags=["won"]).status == 200
    assert written(demo, call_id) == {"notes": "Wants a quote.", "tags": ["won"], "rating": 5}


def test_null_clears_and_an_empty_list_too(demo: Client, call_id: str) -> None:
    patch(demo, call_id, notes="n", tags=["a"], rating=1)
    assert patch(demo, call_id, notes=None, rating=None).status == 200
    assert written(demo, call_id) == {"notes": None, "tags": ["a"], "rating": None}
    assert patch(demo, call_id, tags=[]).status == 200
    assert written(demo, call_id)["tags"] == []
    patch(demo, call_id, tags=["a"])
    assert patch(demo, call_id, tags=None).json()["data"]["tags"] == []


def test_nothing_sent_changes_nothing_and_writes_nothing(demo: Client, call_id: str, stack: Stack) -> None:
    patch(demo, call_id, notes="n", rating=3)
    before = contents(stack)
    assert patch(demo, call_id).json()["data"] == {"callId": call_id, "notes": "n", "tags": [], "rating": 3}
    assert patch(demo, call_id, notes="n").status == 200
    assert contents(stack) == before


LARGEST = {"notes": "ü" * 10_000, "tags": ["ä" * 64] * 50, "rating": 5}


def test_the_largest_of_everything_is_taken(demo: Client, call_id: str) -> None:
    assert patch(demo, call_id, **LARGEST).status == 200
    assert written(demo, call_id) == LARGEST


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"notes": "n" * 10_001}, "notes"),
        ({"notes": 1}, "notes"),
        ({"tags": ["a"] * 51}, "tags"),
        ({"tags": ["a", "b" * 65]}, "tags.1"),
        ({"tags": [""]}, "tags.0"),
        ({"tags": "a"}, "tags"),
        ({"tags": [None]}, "tags.0"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": "4"}, "rating"),
        ({"rating": True}, "rating"),
        ({"status": "completed"}, "status"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_name(
    body: dict[str, Any], field: str, demo: Client, call_id: str, stack: Stack
) -> None:
    before = contents(stack)
    answer = patch(demo, call_id, **body)
    assert (answer.status, answer.json()["code"]) == (422, "VALIDATION_ERROR")
    assert [one["field"] for one in answer.json()["error"]["details"]["fields"]] == [field]
    assert contents(stack) == before


def test_the_audit_trail_says_who_changed_what(demo: Client, call_id: str) -> None:
    patch(demo, call_id, rating=2)
    patch(demo, call_id, rating=4)
    entries = [one for one in demo.items("AUDIT#") if one["action"] == "call.annotate"]
    assert [one["changes"] for one in entries] == [{"rating": [None, 2]}, {"rating": [2, 4]}]
    assert {one["subject"] for one in entries} == {call_id}
    assert all(one["actor"].startswith("key:") for one in entries)


def test_a_call_that_goes_on_keeps_what_was_written(demo: Client, call_id: str, stack: Stack) -> None:
    patch(demo, call_id, notes="while it rings")
    stack.advance(30)
    call = demo.call(call_id)
    assert (call["status"], call["notes"], call["recordingState"]) == ("completed", "while it rings", "available")
    assert patch(demo, call_id, tags=["after"]).status == 200
    assert demo.call(call_id)["recordingState"] == "available"


def test_changes_of_different_fields_at_once_all_stand(demo: Client, call_id: str) -> None:
    bodies = [{"notes": "n"}, {"tags": ["a"]}, {"rating": 3}]
    threads = [threading.Thread(target=patch, args=(demo, call_id), kwargs=body) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert written(demo, call_id) == {"notes": "n", "tags": ["a"], "rating": 3}


def test_anothers_call_is_as_unknown_as_none(other: Client, call_id: str, stack: Stack) -> None:
    before = contents(stack)
    answers = [patch(other, one, rating=1) for one in (call_id, UNKNOWN_CALL, "no-id")]
    assert [answer.status for answer in answers] == [404, 404, 404]
    assert len({answer.json()["error"]["message"] for answer in answers}) == 1
    assert contents(stack) == before
