"""Waiting callers, step by step: offers, answers, legs that are over, callers who go."""

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.waiting import Desk


@pytest.fixture
def desk(demo: Client) -> Desk:
    return Desk(demo)


def test_a_caller_is_given_a_free_agent_and_the_same_one_when_asked_again(desk: Desk) -> None:
    desk.present("ann")
    call = desk.join()
    assert [desk.poll(call) for _ in range(3)] == ["ann"] * 3
    assert list(desk.leases("ann")) == [call]


def test_callers_are_served_in_the_order_in_which_they_came(desk: Desk, stack: Stack) -> None:
    calls = []
    for _ in range(4):
        calls.append(desk.join())
        stack.advance(1)
    assert [desk.poll(call) for call in reversed(calls)] == [None] * 4
    desk.present("ann")
    assert [desk.poll(call) for call in reversed(calls)] == [None, None, None, "ann"]
    desk.present("bob")
    assert [desk.poll(call) for call in reversed(calls)] == [None, None, "bob", "ann"]
    desk.left(calls[0])
    assert [desk.poll(call) for call in reversed(calls[1:])] == [None, "ann", "bob"]


def test_who_wants_what_nobody_free_can_give_holds_up_nobody(desk: Desk, stack: Stack) -> None:
    desk.present("ann", queues=["support"])
    first = desk.join("sales")
    stack.advance(1)
    second, third = desk.join("support"), desk.join(None, agent_id="bob")
    assert (desk.poll(third), desk.poll(second), desk.poll(first)) == (None, "ann", None)
    desk.present("bob", queues=["support"])
    assert desk.poll(third) == "bob"


def test_an_agent_with_a_caller_is_given_no_other_until_that_call_is_over(desk: Desk) -> None:
    desk.present("ann")
    first, second = desk.join(), desk.join()
    assert desk.poll(first) == "ann"
    desk.connected(first)
    leap(desk.client.stack, 4 * 3600 - 60)  # as long as a call is believed to last
    second = desk.join()
    assert desk.poll(second) is None
    assert desk.left(first)
    assert desk.poll(second) == "ann"


def test_an_offer_that_nobody_follows_up_ends_by_itself(desk: Desk) -> None:
    desk.present("ann")
    lost, waiting = desk.join(), desk.join()
    with desk.at_work() as tenant_id:
        from tandem.routing.service import dispatch

        assert dispatch(tenant_id) == [lost]
    leap(desk.client.stack, 44)
    assert desk.poll(waiting) is None
    leap(desk.client.stack, 1)
    assert desk.poll(lost) == "ann", "who was first is first again"
    leap(desk.client.stack, 46)
    assert desk.poll(waiting) is None, "and once more: it is still thought to be there"
    leap(desk.client.stack, 121)
    assert desk.poll(waiting) == "ann", "of the first nothing was heard for two minutes"
    assert set(desk.entries()) == {waiting}
    assert list(desk.leases("ann")) == [waiting]


def test_a_telephone_that_rings_holds_the_agent_from_then_on(desk: Desk) -> None:
    call = desk.join()
    desk.present("ann")
    leap(desk.client.stack, 40)
    assert desk.poll(call) == "ann"
    leap(desk.client.stack, 40)
    assert desk.poll(desk.join()) is None
    assert desk.poll(call) == "ann"


def test_an_agent_who_does_not_answer_rests_and_the_caller_keeps_their_place(desk: Desk, stack: Stack) -> None:
    desk.present("ann")
    first = desk.join()
    stack.advance(1)
    second = desk.join()
    assert desk.poll(first) == "ann"
    desk.agent_left(first, answered=False)
    assert (desk.poll(first), desk.poll(second)) == (None, None)
    desk.present("bob")
    assert (desk.poll(second), desk.poll(first)) == (None, "bob")
    leap(stack, 30)
    assert desk.poll(second) == "ann"
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 0}


def test_an_answered_leg_that_is_over_frees_the_agent_and_ends_the_wait(desk: Desk, stack: Stack) -> None:
    desk.present("ann")
    call = desk.join()
    stack.advance(7)
    assert desk.poll(call) == "ann"
    desk.connected(call)
    stack.advance(60)
    desk.agent_left(call, answered=True, agent_id="ann", seconds=60)
    assert desk.leases("ann") == {}
    assert desk.entries() == {}
    assert desk.counted() == {"waits": 1, "seconds": 7, "abandoned": 0}


def test_a_leg_of_whose_answer_nobody_told_is_counted_by_how_long_it_lasted(desk: Desk, stack: Stack) -> None:
    desk.present("ann")
    call = desk.join()
    assert desk.poll(call) == "ann"
    stack.advance(40)
    desk.agent_left(call, answered=True, seconds=28)
    assert desk.counted() == {"waits": 1, "seconds": 12, "abandoned": 0}


def test_an_answer_that_was_none_is_not_counted(desk: Desk, stack: Stack) -> None:
    desk.present("ann")
    call = desk.join()
    assert desk.poll(call) == "ann"
    desk.connected(call)
    stack.advance(70)
    desk.agent_left(call, answered=False)
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 0}
    assert desk.status()["waitingCalls"] == 1


def test_a_caller_who_goes_before_an_agent_is_there_is_counted_as_such_once(desk: Desk) -> None:
    call = desk.join()
    assert [desk.left(call), desk.left(call)] == [True, False]
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 1}
    assert desk.entries() == {}


def test_what_is_told_twice_or_late_changes_nothing(desk: Desk, stack: Stack) -> None:
    desk.present("ann")
    desk.present("bob")
    call = desk.join()
    assert desk.poll(call) == "ann"
    desk.agent_left(call, answered=False, agent_id="ann")
    assert desk.poll(call) == "bob"
    desk.agent_left(call, answered=False, agent_id="ann")
    desk.connected(call, agent_id="ann")
    assert desk.poll(call) == "bob"
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 0}
    for _ in range(3):
        desk.connected(call, agent_id="bob")
    desk.agent_left(call, answered=False, agent_id="ann")
    assert list(desk.leases("bob")) == [call]
    for _ in range(3):
        desk.agent_left(call, answered=True, agent_id="bob")
        desk.left(call)
        desk.connected(call)
    assert desk.counted() == {"waits": 1, "seconds": 0, "abandoned": 0}
    assert (desk.entries(), desk.leases("bob"), desk.poll(call)) == ({}, {}, None)


def test_an_answer_after_the_offer_ran_out_takes_nobody_from_another_call(desk: Desk) -> None:
    desk.present("ann")
    late = desk.join()
    assert desk.poll(late) == "ann"
    leap(desk.client.stack, 46)
    other = desk.join(None, agent_id="ann")
    assert desk.poll(other) is None, "the first one is in front"
    desk.agent_left(late, answered=False)
    leap(desk.client.stack, 31)
    assert desk.poll(late) == "ann"
    leap(desk.client.stack, 130)
    other = desk.join()
    assert desk.poll(other) == "ann"
    desk.connected(late)
    assert list(desk.leases("ann")) == [other]


def test_an_agent_who_went_away_before_the_telephone_rang_is_not_rung(desk: Desk) -> None:
    call = desk.join()
    desk.present("ann")
    assert desk.leases("ann")
    desk.present("ann", "offline")
    assert desk.poll(call) is None
    assert desk.leases("ann") == {}
    desk.present("bob")
    assert desk.poll(call) == "bob"


def test_to_join_again_is_to_stand_where_one_stood_and_to_join_elsewhere_is_not(desk: Desk, stack: Stack) -> None:
    first = desk.join("sales")
    stack.advance(2)
    second = desk.join("sales")
    stack.advance(2)
    desk.join("sales", call_id=first)
    desk.present("ann")
    assert (desk.poll(first), desk.poll(second)) == ("ann", None)
    desk.join("support", call_id=first)
    assert desk.poll(second) == "ann"
    assert desk.counted()["abandoned"] == 1
    assert desk.entries()[first]["queue"] == "support"


def test_a_caller_who_asks_from_time_to_time_waits_as_long_as_it_takes(desk: Desk, stack: Stack) -> None:
    call, silent = desk.join(), desk.join()
    for _ in range(8):
        leap(stack, 40)
        assert desk.poll(call) is None
    assert set(desk.entries()) == {call}
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 1}
    assert silent not in desk.entries()


@pytest.mark.parametrize("wanted", [{}, {"queue": "sales", "agent_id": "ann"}])
def test_a_call_waits_for_one_thing(wanted: dict[str, str], desk: Desk) -> None:
    from tandem.routing.service import join

    with desk.at_work() as tenant_id, pytest.raises(ValueError, match="a queue or for an agent"):
        join(tenant_id, "c", **wanted)


@pytest.mark.parametrize("strategy", ["round-robin", "least-busy", "random", "priority"])
def test_the_strategy_that_is_set_is_used(strategy: str, desk: Desk) -> None:
    for name, priority in (("ann", 9), ("bob", 1), ("cid", 5)):
        desk.present(name, priority=priority)
    assert desk.client("PUT", "/api/telephony/routing", json={"strategy": strategy}).status == 200
    order = []
    for _ in range(6):
        call = desk.join()
        order.append(desk.poll(call))
        desk.left(call)
    if strategy == "priority":
        assert order == ["bob"] * 6
    elif strategy == "random":
        assert set(order) <= {"ann", "bob", "cid"}
    else:
        assert order == ["ann", "bob", "cid"] * 2


def test_a_call_that_an_agent_places_holds_them(desk: Desk, stack: Stack) -> None:
    from tandem.routing.models import TALKING
    from tandem.routing.service import hold

    desk.present("ann")
    with desk.at_work() as tenant_id:
        hold(tenant_id, "ann", "own")
    call = desk.join()
    assert desk.poll(call) is None
    leap(stack, TALKING.total_seconds())
    assert desk.poll(call) == "ann"
