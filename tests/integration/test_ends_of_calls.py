"""The table's stream: a call that is over holds nobody."""

from infra.local.stack import Stack
from tandem.routing.service import hold
from tests.integration.conftest import Client
from tests.integration.waiting import Desk


def placed(client: Client, phone: str, agent_id: str = "ann") -> str:
    return str(client.place(phone, agentId=agent_id)["callId"])


def test_a_caller_who_hangs_up_waits_no_more(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    call = desk.join(call_id=placed(demo, "+15005550003"))
    stack.advance(10)
    assert set(desk.entries()) == {call}
    stack.advance(15)
    assert demo.call(call)["status"] == "failed"
    assert desk.entries() == {}
    assert desk.counted() == {"waits": 0, "seconds": 0, "abandoned": 1}


def test_the_agent_of_a_call_that_is_over_is_given_the_next_caller(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann")
    call = desk.join(call_id=placed(demo, "+15005550001"))
    assert desk.poll(call) == "ann"
    desk.connected(call)
    waiting = desk.join()
    stack.advance(3)
    assert desk.poll(waiting) is None
    stack.advance(10)
    assert demo.call(call)["status"] == "completed"
    assert list(desk.leases("ann")) == [waiting], "before anybody asked"
    assert desk.poll(waiting) == "ann"


def test_an_agent_who_placed_the_call_is_free_when_it_is_over(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann")
    call = placed(demo, "+15005550002")
    with desk.at_work() as tenant_id:
        hold(tenant_id, "ann", call)
    assert call in desk.leases("ann")
    stack.advance(15)
    assert demo.call(call)["status"] == "failed"
    assert desk.leases("ann") == {}


def test_what_the_stream_tells_again_changes_nothing(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann")
    call = desk.join(call_id=placed(demo, "+15005550001"))
    assert desk.poll(call) == "ann"
    desk.connected(call)
    stack.advance(20)
    waiting = desk.join()
    assert desk.poll(waiting) == "ann"
    counted = desk.counted()
    stack.conductor.rewind()
    stack.settle()
    assert list(desk.leases("ann")) == [waiting]
    assert desk.counted() == counted == {"waits": 1, "seconds": 0, "abandoned": 0}


def test_the_end_of_a_call_that_held_nobody_costs_five_reads(demo: Client, stack: Stack) -> None:
    placed(demo, "+15005550002")
    stack.settle()
    with stack.count_requests() as counted:
        stack.advance(15)
    # It rang and was busy: twice whether its hour is marked; then what it held, and who listens.
    function = "WorkersOnRecordChanged"
    asked = [counted.total("dynamodb", name, function) for name in ("GetItem", "Query")]
    assert sum(asked) == counted.total(function=function) == 5
