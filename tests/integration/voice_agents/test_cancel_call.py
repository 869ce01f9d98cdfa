"""POST /api/v1/calls/{call_id}/cancel."""

import pytest

from tests.integration.assistants import data, execute, make_task, refusal, task
from tests.integration.conftest import Client


@pytest.mark.parametrize("seconds", [0, 1, 3])
def test_a_call_has_failed_however_far_it_had_come_and_its_task_with_it(seconds: int, demo: Client) -> None:
    task_id = make_task(demo)["id"]
    call_id = execute(demo, task_id)
    demo.stack.advance(seconds)
    answer = data(demo("POST", f"/api/v1/calls/{call_id}/cancel"))
    assert answer == {"call_id": call_id, "status": "failed", "message": "Call canceled"}
    demo.stack.advance(30)
    call = demo.call(call_id)
    assert (call["status"], call["outcome"], call["cause"]) == ("failed", "canceled", "canceled over the API")
    assert (call["answeredAt"] is not None) == (seconds == 3)
    found = task(demo, task_id)
    assert (found["status"], found["error"]) == ("failed", "canceled: canceled over the API")


def test_a_call_that_is_over_is_not_canceled(demo: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    demo.stack.advance(15)
    refusal(demo("POST", f"/api/v1/calls/{call_id}/cancel"))
    assert demo.call(call_id)["status"] == "completed"


def test_a_carrier_that_does_not_answer_leaves_the_call_as_it_is(demo: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    demo.stack.advance(3)
    demo.stack.faults.add(
        {"kind": "fail", "service": "sqs", "operation": "SendMessageBatch", "function": "VoiceAgentsCancelCall"}
    )
    refusal(demo("POST", f"/api/v1/calls/{call_id}/cancel"), 503)
    assert demo.call(call_id)["status"] == "answered"
