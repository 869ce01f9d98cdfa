"""What becomes of a call that comes in, by what is told of the agent's leg: in any order, and however often."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from itertools import permutations

import pytest

from tandem.calls.flow import Flow, Stage
from tandem.calls.lifecycle import merge, settle
from tandem.calls.models import INBOUND, OUTBOUND, Call, Status
from tandem.carriers.base import CarrierEvent, Happened, Outcome

START = datetime(2026, 1, 1, tzinfo=UTC)
TALKED, MISSED = (Status.COMPLETED, Outcome.ANSWERED_HUMAN), (Status.MISSED, Outcome.CANCELED)


def connecting(stage: Stage = Stage.AGENT, *, direction: str = INBOUND, legs_told: bool = True, **flow: bool) -> Call:
    at = Flow(stage, target="+15005550123", legs_told=legs_told, **flow)
    return Call("c", "t", "v", "u", direction, "+15005550001", "+15005550100", "twilio", START, flow=at)


def told(happened: Happened, seconds: int = 0, **more: object) -> CarrierEvent:
    return CarrierEvent(happened, "S1", START + timedelta(seconds=seconds), **more)  # type: ignore[arg-type]


ANSWERED = told(Happened.ANSWERED, 1)
UP, GONE = told(Happened.LEG_ANSWERED, 5), told(Happened.LEG_ENDED, 20, leg_answered=True)
IN_VAIN, UNSAID = told(Happened.LEG_ENDED, 20, leg_answered=False), told(Happened.LEG_ENDED, 20)
OVER = told(Happened.ENDED, 21, outcome=Outcome.ANSWERED_HUMAN, duration=20)


@pytest.mark.parametrize("events", [(UP, GONE), (UP,), (GONE,), (UP, GONE, UNSAID)], ids=len)
def test_an_agent_who_picked_up_has_talked_whatever_the_order(events: tuple[CarrierEvent, ...]) -> None:
    call, *others = [reduce(merge, order, connecting()) for order in permutations([ANSWERED, OVER, *events, OVER])]
    assert all(other == call for other in others)
    assert (call.status, call.outcome, call.duration) == (*TALKED, 20)


@pytest.mark.parametrize("legs_told", [True, False])
def test_an_agent_who_did_not_pick_up_was_not_reached(legs_told: bool) -> None:
    orders = permutations([ANSWERED, IN_VAIN, OVER, IN_VAIN]) if legs_told else [(ANSWERED, IN_VAIN, OVER)]
    call, *others = [reduce(merge, order, connecting(legs_told=legs_told)) for order in orders]
    assert (call.status, call.outcome) == MISSED
    assert all(other == call for other in others)


def test_an_end_of_which_the_leg_is_not_told_waits_and_is_then_taken_for_a_talk() -> None:
    call = reduce(merge, (ANSWERED, OVER), connecting())
    assert (call.status, call.outcome) == (Status.ANSWERED, None)
    assert (settle(call).status, settle(call).outcome) == TALKED


def test_where_legs_are_not_told_for_sure_a_call_that_ended_has_talked() -> None:
    call = reduce(merge, (ANSWERED, OVER), connecting(legs_told=False))
    assert (call.status, call.outcome) == TALKED
    assert merge(call, IN_VAIN) == call, "a final status is never left"


def test_news_of_a_leg_are_nothing_to_a_call_that_is_not_being_connected() -> None:
    for stage in (Stage.MENU, Stage.QUEUE, Stage.VOICEMAIL, Stage.OVER):
        assert merge(connecting(stage), IN_VAIN).leg_answered is None
    assert merge(replace(connecting(), flow=None), UP).leg_answered is None


@pytest.mark.parametrize(
    ("stage", "left", "ends"),
    [(Stage.QUEUE, False, MISSED), (Stage.VOICEMAIL, True, (Status.COMPLETED, Outcome.VOICEMAIL)),
     (Stage.OVER, True, (Status.COMPLETED, Outcome.VOICEMAIL)), (Stage.MENU, False, TALKED)],
)  # fmt: skip
def test_where_the_caller_stood_says_how_the_call_ended(stage: Stage, left: bool, ends: tuple[Status, Outcome]) -> None:
    call = reduce(merge, (ANSWERED, OVER), connecting(stage, message_left=left))
    assert (call.status, call.outcome) == ends


def test_a_customer_whom_we_called_has_answered_whoever_else_did_not() -> None:
    call = reduce(merge, (ANSWERED, IN_VAIN, OVER), connecting(direction=OUTBOUND))
    assert (call.status, call.outcome) == TALKED
