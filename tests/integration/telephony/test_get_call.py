"""GET /api/telephony/calls/{callId}."""

import re

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL

FIELDS = {
    "callId", "conversationId", "customerId", "agentId", "direction", "from", "to", "status", "outcome", "retryable",
    "cause", "duration", "recordingUrl", "notes", "tags", "rating", "cost", "carrier", "createdAt", "answeredAt",
    "endedAt", "recordingState", "recordingDeletedAt",
}  # fmt: skip
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def test_a_call_under_way_has_every_field_and_no_end(demo: Client) -> None:
    call = demo.call(demo.place()["callId"])
    assert set(call) == FIELDS
    empty = {name for name, value in call.items() if value in (None, [])}
    assert empty == {
        "outcome", "retryable", "cause", "duration", "recordingUrl", "notes", "tags", "rating", "cost", "answeredAt",
        "endedAt", "recordingState", "recordingDeletedAt",
    }  # fmt: skip


def test_a_call_that_is_over_tells_how_long_what_it_cost_and_where_its_recording_is(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.advance(30)
    call = demo.call(call_id)
    assert set(call) == FIELDS
    assert (call["status"], call["duration"]) == ("completed", 4)
    assert call["cost"] == {"amount": "0.0100", "currency": "USD"}
    assert all(MOMENT.fullmatch(call[name]) for name in ("createdAt", "answeredAt", "endedAt"))
    assert call["createdAt"] < call["answeredAt"] < call["endedAt"]


def test_one_read_suffices(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    demo.call(call_id)
    with stack.count_requests() as counted:
        demo.call(call_id)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:GetItem": 1}


def test_anothers_call_is_as_unknown_as_none(demo: Client, other: Client) -> None:
    theirs = other.place()["callId"]
    answers = [demo("GET", f"/api/telephony/calls/{one}") for one in (theirs, UNKNOWN_CALL)]
    assert [answer.status for answer in answers] == [404, 404]
    bodies = [answer.json() for answer in answers]
    for body in bodies:
        del body["error"]["requestId"], body["error"]["timestamp"]
    assert bodies[0] == bodies[1]


def test_a_database_that_does_not_answer_is_told_as_such(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    stack.faults.add({"kind": "fail", "service": "dynamodb", "operation": "GetItem", "times": 4})
    response = demo("GET", f"/api/telephony/calls/{call_id}")
    assert (response.status, response.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert response.json()["retryAfter"] == int(str(response.header("retry-after")))


def test_a_fault_of_ours_is_told_in_the_familys_shape_and_no_more(demo: Client, stack: Stack) -> None:
    call_id = demo.place()["callId"]
    fault = {"kind": "fail", "service": "dynamodb", "operation": "GetItem", "error": "ValidationException"}
    stack.faults.add(fault)
    response = demo("GET", f"/api/telephony/calls/{call_id}")
    assert (response.status, response.json()["code"]) == (500, "INTERNAL_ERROR")
    assert response.json()["error"]["message"] == "Something went wrong on our side."
