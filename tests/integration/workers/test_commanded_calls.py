"""CarrierQueue, of what Telnyx tells."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client, table_items
from tests.integration.doors import contents
from tests.integration.telnyx_account import CUSTOMER, OWN, at_telnyx, data, telnyx_account
from tests.simulators.serving import Fault
from tests.simulators.telnyx import TelnyxSimulator
from tests.simulators.telnyx_calls import Call


@pytest.fixture
def commanded(stack: Stack) -> Iterator[TelnyxSimulator]:
    with telnyx_account(stack) as simulator:
        yield simulator


@pytest.fixture
def virginian(demo: Client, commanded: TelnyxSimulator) -> Client:
    return at_telnyx(demo)


def _told(stack: Stack, *bodies: str) -> list[str]:
    """Hand messages to the function; which of them failed."""
    records = [
        {
            "messageId": str(number), "receiptHandle": "x", "body": body,
            "attributes": {"ApproximateReceiveCount": "1"}, "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:q",
        }
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    outcome = stack.invoke("WorkersOnCarrierTold", {"Records": records})
    assert outcome.error is None
    return [failure["itemIdentifier"] for failure in outcome.payload["batchItemFailures"]]


def _message(kind: str, name: str, call: Call, **payload: Any) -> str:
    about = {"call_control_id": call.control_id, "from": call.from_number, "to": call.to_number}
    return json.dumps({"carrier": "telnyx", "told": json.loads(data(kind, name, **about, **payload))})


def _incoming(carrier: TelnyxSimulator) -> Call:
    """A call that comes in, and of which nobody tells yet."""
    call = Call(CUSTOMER, OWN, "incoming", carrier.connection_id, carrier.webhook_url, carrier.now())
    carrier.calls[call.control_id] = call
    return call


def test_the_same_news_ten_times_lead_on_once(virginian: Client, commanded: TelnyxSimulator, stack: Stack) -> None:
    call = _incoming(commanded)
    rings = _message("call.initiated", "1", call, direction="incoming")
    assert _told(stack, *[rings] * 5) == []
    stack.advance(120)  # longer than Telnyx knows a command again
    assert _told(stack, *[rings] * 5) == []
    assert [action for action, _ in call.commands] == ["answer"]
    (news,) = table_items(stack, "NEWS#telnyx#1")
    assert (news["readings"], news["done"]) == (10, True)


def test_what_could_not_be_ordered_is_ordered_when_the_news_come_again(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call = _incoming(commanded)
    assert _told(stack, _message("call.initiated", "1", call, direction="incoming")) == []
    answered = _message("call.answered", "2", call)
    call.state = "answered"
    commanded.faults += [Fault(status=503), Fault(reset=True)]
    assert _told(stack, answered) == ["0"]
    (item,) = virginian.items("CALL#")
    assert (item["flow"]["turn"], [action for action, _ in call.commands]) == (1, ["answer"])
    assert _told(stack, answered) == []
    assert [action for action, _ in call.commands] == ["answer", "gather_using_speak"]
    (item,) = virginian.items("CALL#")
    assert item["flow"]["turn"] == 1


def test_an_order_is_given_once_more_where_its_answer_was_lost_and_carried_out_once(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call = _incoming(commanded)
    commanded.faults.append(Fault(reset=True, places=True))
    assert _told(stack, _message("call.initiated", "1", call, direction="incoming")) == []
    assert [action for action, _ in call.commands] == ["answer"]
    asked = [request.fields["command_id"] for request in commanded.requests]
    assert len(asked) == 2
    assert len(set(asked)) == 1


def test_a_caller_who_waits_in_silence_is_tried_for_again_in_two_seconds(
    virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    call = _incoming(commanded)
    commanded.faults += [Fault(status=503)] * 2
    body = data("call.initiated", "1", call_control_id=call.control_id, direction="incoming",
                **{"from": CUSTOMER, "to": OWN})  # fmt: skip
    assert commanded.post(commanded.webhook_url, body, commanded.signer.headers(body)) == 200
    assert call.commands == []
    stack.advance(2)
    assert [action for action, _ in call.commands] == ["answer"]


def test_news_of_a_turn_that_is_over_lead_nowhere(virginian: Client, commanded: TelnyxSimulator, stack: Stack) -> None:
    call = _incoming(commanded)
    assert _told(stack, _message("call.initiated", "1", call, direction="incoming")) == []
    call.state = "answered"
    assert _told(stack, _message("call.answered", "2", call)) == []
    state = call.client_state
    pressed = {"client_state": state, "status": "valid", "digits": "9"}
    assert _told(stack, _message("call.gather.ended", "3", call, **pressed)) == []
    given = len(call.commands)
    for number, kind in enumerate(("call.gather.ended", "call.speak.ended", "call.recording.saved")):
        late = _message(kind, f"late{number}", call, **pressed, call_leg_id=call.leg_id)
        assert _told(stack, late) == []
    assert len(call.commands) == given


@pytest.mark.parametrize("body", ["{}", '{"data": {}}', '{"data": {"payload": {}}}', "1", "null"])
def test_what_tells_of_no_call_changes_nothing(
    body: str, virginian: Client, commanded: TelnyxSimulator, stack: Stack
) -> None:
    before = contents(stack)
    assert _told(stack, f'{{"carrier": "telnyx", "told": {body}}}') == []
    assert contents(stack) == before


def test_a_message_that_cannot_be_read_fails_alone(virginian: Client, commanded: TelnyxSimulator, stack: Stack) -> None:
    call = _incoming(commanded)
    rings = _message("call.initiated", "1", call, direction="incoming")
    assert _told(stack, "{", rings, "[]", "null", '{"carrier": "nobody"}') == ["0", "2", "3", "4"]
    assert [action for action, _ in call.commands] == ["answer"]
