"""Every minute: calls that have gone silent."""

from typing import Any

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tests.integration.africas_talking.test_receive_event import incoming, post
from tests.integration.conftest import Client, table_items
from tests.integration.doors import forget_accounts, leap, lose_messages


def change(client: Client, **values: Any) -> dict[str, Any]:
    """Set attributes of the workspace's one call."""
    from tandem.aws import table

    (item,) = client.items("CALL#")
    with operating(client.stack):
        return table.update(table.Update(item["pk"], item["sk"], set=values))


def silence(stack: Stack) -> None:
    """Lose all that the sandbox has still to tell."""
    lose_messages(stack, "CARRIER_QUEUE_URL")


def test_an_intent_that_never_reached_the_carrier_is_closed_and_nobody_dialled(demo: Client, stack: Stack) -> None:
    stack.faults.add({"kind": "fail", "service": "dynamodb", "operation": "PutItem"})
    body = {"customerPhone": "+15005550001", "agentId": "a"}
    assert demo("POST", "/api/telephony/calls/initiate", json=body).json()["data"]["status"] == "initiated"
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


def test_a_call_whose_carrier_cannot_be_asked_waits_and_does_not_keep_the_others(
    demo: Client, other: Client, stack: Stack
) -> None:
    mine, theirs = demo.place("+15005550009")["callId"], other.place("+15005550009")["callId"]
    silence(stack)
    change(demo, carrier="gone")
    stack.advance(130)
    assert other.call(theirs)["status"] == "completed"
    assert demo.call(mine)["status"] == "initiated"
    change(demo, carrier="sandbox")
    stack.advance(365)
    assert demo.call(mine)["status"] == "completed"


def test_the_same_tick_again_changes_nothing(demo: Client, stack: Stack) -> None:
    demo.place("+15005550009")
    silence(stack)
    leap(stack, 70)
    stack.run_schedule("WorkersRunCallSettlement")
    first = demo.items("CALL#")
    stack.run_schedule("WorkersRunCallSettlement")
    assert demo.items("CALL#") == first


def test_an_answered_call_without_an_end_is_taken_as_talked_out_after_half_a_day(demo: Client, stack: Stack) -> None:
    call_id = incoming(demo)
    post(stack, {"sessionId": "ATVId_1", "eventType": "SessionAnswered"})
    leap(stack, 13 * 3600)
    assert stack.run_schedule("WorkersRunCallSettlement").error is None
    call = demo.call(call_id)
    assert (call["status"], call["outcome"], call["duration"]) == ("completed", "answered_human", None)
    assert "assumed" in call["cause"]
    post(stack, {"sessionId": "ATVId_1", "eventType": "SessionEnded", "durationInSeconds": "45"})
    told = demo.call(call_id)
    assert (told["status"], told["duration"], told["cause"]) == ("completed", 45, None)


@pytest.mark.parametrize("carrier", ["africas_talking", "gone"])
def test_without_an_account_at_its_carrier_a_call_ends_all_the_same(carrier: str, demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550009")["callId"]
    silence(stack)
    change(demo, carrier=carrier)
    stack.client("ssm").delete_parameter(Name="/tandem/local/carriers/africas_talking")
    forget_accounts(stack)
    assert stack.run_schedule("WorkersRunCallSettlement").error is None
    call = demo.call(call_id)
    assert (call["status"], call["outcome"]) == ("failed", "unknown")


def test_what_the_carrier_calls_the_call_is_kept_though_nothing_has_happened_to_it(demo: Client, stack: Stack) -> None:
    demo.place("+15005550009")
    silence(stack)
    change(demo, due_at="2000-01-01T00:00:00.000Z")
    assert stack.run_schedule("WorkersRunCallSettlement").error is None
    (call,) = demo.items("CALL#")
    assert (call["dial"], call["carrier_call_id"][:2]) == ("accepted", "SB")
    (session,) = table_items(stack, f"SESSION#sandbox#{call['carrier_call_id']}")
    assert session["call_id"] == call["call_id"]


def test_a_recording_whose_request_was_lost_is_asked_for_again(demo: Client, stack: Stack) -> None:
    call_id = demo.place("+15005550010")["callId"]
    stack.advance(9)
    lose_messages(stack, "RECORDING_QUEUE_URL")
    stack.advance(600)
    assert demo.call(call_id)["recordingUrl"] is None
    stack.advance(400)
    assert demo.call(call_id)["recordingUrl"]
    (call,) = demo.items("CALL#")
    assert "due_at" not in call


def test_a_recording_that_is_not_there_after_a_day_is_given_up(demo: Client, stack: Stack) -> None:
    demo.place("+15005550010")
    stack.advance(9)
    lose_messages(stack, "RECORDING_QUEUE_URL")
    leap(stack, 25 * 3600)
    assert stack.run_schedule("WorkersRunCallSettlement").error is None
    (call,) = demo.items("CALL#")
    assert (call["recording"]["state"], "due_at" in call) == ("failed", False)
