"""Every minute: calls that have gone silent."""

from typing import Any

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tests.integration.conftest import Client
from tests.integration.doors import leap, lose_messages


def change(client: Client, **values: Any) -> dict[str, Any]:
    """Set attributes of the workspace's one call."""
    from tandem.aws import table

    (item,) = client.items("CALL#")
    with operating(client.stack):
        return table.update(table.Update(item["pk"], item["sk"], set=values))


def silence(stack: Stack) -> None:
    """Lose all that the sandbox has still to tell."""
    lose_messages(stack, "SANDBOX_QUEUE_URL")


def test_an_intent_that_never_reached_the_carrier_is_closed_and_nobody_dialled(demo: Client, stack: Stack) -> None:
    stack.faults.add({"kind": "fail", "service": "dynamodb", "operation": "PutItem"})
    body = {"customerPhone": "+15005550001", "agentId": "a"}
    assert demo("POST", "/api/telephony/calls/initiate", json=body).status == 503
    stack.faults.clear()
    stack.advance(125)
    (item,) = demo.items("CALL#")
    assert (item["status"], item["outcome"]) == ("failed", "platform_error")
    assert "due_at" not in item


def test_a_call_whose_events_were_lost_is_asked_for(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550005")["callId"]
    silence(stack)
    stack.advance(125)
    assert (demo.call(call_id)["status"], demo.call(call_id)["outcome"]) == ("completed", "voicemail")


@pytest.mark.parametrize(("age", "outcome"), [(14 * 60, None), (16 * 60, "unknown")])
def test_a_dial_that_no_carrier_can_tell_of_is_given_up_after_a_quarter_of_an_hour(
    age: int, outcome: str | None, demo: Client, stack: Stack
) -> None:
    demo.place("+15005550009")
    silence(stack)
    change(demo, carrier="africas_talking")
    leap(stack, age)
    assert stack.run_schedule("WorkersRunCallSettlement").error is None
    (item,) = demo.items("CALL#")
    assert item.get("outcome") == outcome
    assert ("due_at" in item) == (outcome is None)


def test_an_end_that_did_not_say_how_is_decided_after_a_minute(demo: Client, stack: Stack) -> None:
    demo("POST", "/api/telephony/configure", json={"phoneNumber": "+254711082000", "carrier": "africas_talking"})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    form = "sessionId=S1&isActive=1&direction=Inbound&callerNumber=%2B254722000001&destinationNumber=%2B254711082000"
    stack.request("POST", "/voice/instruct", body=form, headers=headers)
    change(demo, status="initiated")
    stack.request("POST", "/voice/events", body="sessionId=S1&eventType=SessionEnded", headers=headers)
    stack.advance(190)
    (item,) = demo.items("CALL#")
    assert item["status"] in ("missed", "completed")
    assert "due_at" not in item


def test_one_call_that_cannot_be_settled_does_not_keep_the_others(demo: Client, other: Client, stack: Stack) -> None:
    mine, theirs = demo.place("+15005550009")["callId"], other.place("+15005550009")["callId"]
    silence(stack)
    change(demo, carrier="gone")
    stack.advance(130)
    assert other.call(theirs)["status"] == "completed"
    assert demo.call(mine)["status"] == "initiated"
    change(demo, carrier="sandbox")
    stack.advance(65)
    assert demo.call(mine)["status"] == "completed"


def test_the_same_tick_again_changes_nothing(demo: Client, stack: Stack) -> None:
    demo.place("+15005550009")
    silence(stack)
    leap(stack, 70)
    stack.run_schedule("WorkersRunCallSettlement")
    first = demo.items("CALL#")
    stack.run_schedule("WorkersRunCallSettlement")
    assert demo.items("CALL#") == first
