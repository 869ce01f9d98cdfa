"""GET /api/telephony/queue/status."""

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.waiting import Desk

PATH = "/api/telephony/queue/status"


def test_the_answer_is_bare_as_the_guide_prints_it(demo: Client) -> None:
    response = demo("GET", PATH)
    assert response.status == 200
    assert response.json() == {"waitingCalls": 0, "availableAgents": 0, "averageWaitTime": 0}


def test_who_waits_and_who_is_free_are_counted(demo: Client, other: Client) -> None:
    desk = Desk(demo)
    desk.present("ann", queues=["support"])
    desk.present("bob", "busy")
    desk.present("cid", phone=None)
    first, second = desk.join("sales"), desk.join("support")
    expected = {"waitingCalls": 2, "availableAgents": 1, "averageWaitTime": 0}
    assert desk.status() == expected
    assert desk.poll(second) == "ann"
    assert desk.status() == expected | {"availableAgents": 0}, "the telephone rings: the caller still waits"
    desk.connected(second)
    assert desk.status() == expected | {"waitingCalls": 1, "availableAgents": 0}
    desk.left(first)
    desk.left(second)
    assert desk.status() == {"waitingCalls": 0, "availableAgents": 1, "averageWaitTime": 0}
    assert other("GET", PATH).json() == {"waitingCalls": 0, "availableAgents": 0, "averageWaitTime": 0}


def test_the_average_is_of_the_last_hour_in_seconds(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann")
    for seconds in (0, 90, 45):
        desk.present("ann", "busy")
        call = desk.join()
        leap(stack, seconds)
        desk.present("ann")
        assert desk.poll(call) == "ann"
        desk.connected(call)
        leap(stack, 600)
        desk.left(call)
    assert desk.status()["averageWaitTime"] == 45
    leap(stack, 3600 - 2 * 600 - 90)
    assert desk.status()["averageWaitTime"] in (45, 68), "of the first only the minute is known"
    leap(stack, 600)
    assert desk.status()["averageWaitTime"] == 45
    leap(stack, 700)
    assert desk.status()["averageWaitTime"] == 0


def test_who_gives_up_counts_for_no_average(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    call = desk.join()
    stack.advance(50)
    desk.left(call)
    assert desk.status() == {"waitingCalls": 0, "availableAgents": 0, "averageWaitTime": 0}


def test_one_queue_can_be_asked_for(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.present("ann", queues=["support"])
    desk.present("bob")
    desk.join("sales")
    call = desk.join("support")
    assert desk.status("support") == {"waitingCalls": 1, "availableAgents": 2, "averageWaitTime": 0}
    assert desk.status("sales") == {"waitingCalls": 1, "availableAgents": 1, "averageWaitTime": 0}
    assert desk.status("billing") == {"waitingCalls": 0, "availableAgents": 1, "averageWaitTime": 0}
    stack.advance(10)
    assert desk.poll(call) == "ann"
    desk.connected(call)
    assert desk.status("support")["averageWaitTime"] == 10
    assert desk.status("sales")["averageWaitTime"] == 0
    assert desk.status()["averageWaitTime"] == 10


def test_a_caller_of_whom_nothing_is_heard_does_not_count(demo: Client, stack: Stack) -> None:
    desk = Desk(demo)
    desk.join()
    leap(stack, 121)
    assert desk.status()["waitingCalls"] == 0


def test_a_queue_without_a_name_is_refused(demo: Client) -> None:
    assert demo("GET", PATH, query={"queue": ""}).status == 422
