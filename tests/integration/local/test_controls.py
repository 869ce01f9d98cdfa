"""The controls under /__local/."""

from infra.local.stack import Stack
from tests.integration.local.conftest import items


def test_the_clock_moves_and_says_where_it_is(stack: Stack) -> None:
    before = stack.clock.now()
    answer = stack.request("POST", "/__local/clock", json={"advance_seconds": 125})
    assert answer.status == 200
    assert before + 125 <= answer.json()["now"] < before + 130
    assert len(items(stack, "TICKS")) == 2


def test_a_clock_that_should_go_back_or_nowhere_is_refused(stack: Stack) -> None:
    for seconds in (-1, "60", None, True, 10**9):
        assert stack.request("POST", "/__local/clock", json={"advance_seconds": seconds}).status == 400
    for body in (b"{", b"[]", b"\xff"):
        assert stack.request("POST", "/__local/clock", body=body).status == 400
    assert stack.clock.offset == 0


def test_settle_and_deadletters_and_schedules(stack: Stack) -> None:
    stack.request("PUT", "/items/1", json={"poison": "record"})
    assert stack.request("POST", "/__local/settle").json() == {"settled": True}
    letters = stack.request("GET", "/__local/deadletters").json()["queues"]
    assert len(letters["sample-Data-DeadLetters"]) == 1
    assert stack.request("POST", "/__local/schedules/RunTick").json() == {"failed": False, "payload": None}
    assert stack.request("POST", "/__local/schedules/Nothing").status == 404


def test_rights_and_requests_are_shown_per_function(stack: Stack) -> None:
    stack.rights.clear()
    assert stack.request("DELETE", "/__local/requests").status == 200
    stack.request("PUT", "/items/1", json={})
    rights = stack.request("GET", "/__local/rights").json()["functions"]["PutItem"]
    assert [use["action"] for use in rights["used"]] == ["dynamodb:PutItem"]
    assert [grant["action"] for grant in rights["unused"]] == ["dynamodb:DeleteItem"]
    assert stack.request("GET", "/__local/requests").json()["functions"]["PutItem"] == {"dynamodb:PutItem": 1}


def test_unknown_controls_and_methods_say_so(stack: Stack) -> None:
    assert stack.request("GET", "/__local/nothing").status == 404
    assert stack.request("DELETE", "/__local/clock").status == 405


def test_outside_the_local_stage_the_controls_do_not_exist(stack: Stack) -> None:
    stack.stage = "production"
    try:
        answer = stack.request("POST", "/__local/clock", json={"advance_seconds": 60})
    finally:
        stack.stage = "local"
    assert answer.json()["event"]["routeKey"] == "$default"
    assert stack.clock.offset == 0
