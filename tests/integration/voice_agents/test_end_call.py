"""POST /api/v1/calls/{call_id}/end."""

import pytest

from infra.local.workspaces import operating
from tandem.aws import table
from tests.integration.assistants import TASKS, data, execute, make_task, refusal, task
from tests.integration.conftest import Client, table_items
from tests.integration.doors import leap, listening, lose_messages


def end(client: Client, call_id: str) -> dict[str, str]:
    ended: dict[str, str] = data(client("POST", f"/api/v1/calls/{call_id}/end"))
    return ended


def test_a_call_that_was_answered_is_completed_at_once_and_its_task_with_it(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    call_id = execute(demo, task_id)
    demo.stack.advance(3)
    assert demo.call(call_id)["status"] == "answered"
    assert end(demo, call_id) == {"call_id": call_id, "status": "completed", "message": "Call ended"}
    at_once = demo.call(call_id)
    assert (at_once["status"], at_once["outcome"]) == ("completed", "answered_human")
    demo.stack.advance(1)
    assert task(demo, task_id)["status"] == "completed"


def test_what_is_left_of_the_call_does_not_happen_but_for_its_recording(demo: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    demo.stack.advance(3)
    end(demo, call_id)
    ended = demo.call(call_id)
    demo.stack.advance(30)
    later = demo.call(call_id)
    assert later["endedAt"] <= ended["endedAt"]
    assert (later["duration"], later["cause"]) == (ended["duration"], "ended over the API")
    assert later["duration"] <= 2
    assert later["recordingState"] == "available"


def test_a_call_that_nobody_answered_yet_is_completed_too_and_says_what_it_was(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    call_id = execute(demo, task_id)
    assert end(demo, call_id)["status"] == "completed"
    demo.stack.advance(30)
    call = demo.call(call_id)
    assert (call["status"], call["outcome"], call["duration"], call["answeredAt"]) == ("completed", "canceled", 0, None)
    assert (call["recordingState"], call["cause"]) == (None, "ended over the API")
    assert task(demo, task_id)["status"] == "completed"
    assert demo("GET", "/api/telephony/calls/history?status=completed").json()["pagination"]["total"] == 1


def test_subscribers_hear_of_the_end_once(demo: Client) -> None:
    with listening() as receiver:
        configured = data(demo("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url}))
        receiver.secret = configured["webhookSecret"]
        call_id = execute(demo, make_task(demo)["id"])
        demo.stack.advance(3)
        end(demo, call_id)
        demo.stack.advance(30)
        assert [name for name in receiver.events() if name in ("call.completed", "call.failed")] == ["call.completed"]


@pytest.mark.parametrize("how", ["end", "cancel"])
def test_a_call_that_is_over_is_not_ended_again(how: str, demo: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    end(demo, call_id)
    response = demo("POST", f"/api/v1/calls/{call_id}/{how}")
    assert refusal(response) == "The call is over."
    assert response.json()["details"]["status"] == "completed"
    assert demo.call(call_id)["status"] == "completed"


def test_a_call_of_which_the_carriers_answer_was_lost_is_asked_for_and_ended(demo: Client) -> None:
    call_id = execute(demo, make_task(demo, to_number="+15005550009")["id"])
    assert "carrier_call_id" not in demo.items("CALL#")[0]
    assert end(demo, call_id)["status"] == "completed"
    demo.stack.advance(300)
    assert demo.call(call_id)["outcome"] == "canceled"


def test_a_call_that_the_carrier_does_not_know_yet_is_to_be_tried_again(demo: Client) -> None:
    call_id = execute(demo, make_task(demo, to_number="+15005550009")["id"])
    reference = f"SANDBOX#{demo.workspace.tenant_id}.{call_id}"
    with operating(demo.stack):
        table.delete(reference, "CALL")
    response = demo("POST", f"/api/v1/calls/{call_id}/end")
    assert refusal(response, 503) == "The call is still being placed. Try again shortly."
    assert response.header("retry-after") == "1"


def test_the_carrier_that_is_asked_knows_that_the_call_was_hung_up(demo: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    demo.stack.advance(3)
    (call,) = demo.items("CALL#")
    demo.stack.faults.add(
        {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "function": "VoiceAgentsEndCall"}
    )
    assert demo("POST", f"/api/v1/calls/{call_id}/end").status == 503
    demo.stack.faults.clear()
    assert len(table_items(demo.stack, f"SANDBOX#{call['carrier_call_id']}")) == 1
    lose_messages(demo.stack, "CARRIER_QUEUE_URL")
    leap(demo.stack, 5 * 3600)
    demo.stack.run_schedule("WorkersRunCallSettlement")
    found = demo.call(call_id)
    assert (found["status"], found["cause"]) == ("completed", "ORIGINATOR_CANCEL")
    assert found["duration"] <= 2


def test_a_call_of_an_agent_of_flesh_and_blood_is_ended_as_well(demo: Client) -> None:
    call_id = demo.place()["callId"]
    demo.stack.advance(3)
    assert end(demo, call_id)["status"] == "completed"


def test_another_tenants_call_is_unknown(demo: Client, other: Client) -> None:
    call_id = execute(demo, make_task(demo)["id"])
    for how in ("end", "cancel"):
        assert refusal(other("POST", f"/api/v1/calls/{call_id}/{how}"), 404) == "No such call."
    demo.stack.advance(3)
    assert demo.call(call_id)["status"] == "answered"


def test_a_task_whose_call_was_ended_can_be_reset(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    end(demo, execute(demo, task_id))
    demo.stack.advance(1)
    assert data(demo("POST", f"{TASKS}/{task_id}/reset"))["status"] == "pending"
