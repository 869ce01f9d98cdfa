"""Many callers and few agents at the same instant, and processes that die between any two requests.

What must hold is checked on the table's stream, write by write: no agent is ever held by two calls, and nobody is
served while someone before them waits.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from infra.local import engine
from infra.local.stack import Stack
from infra.local.workspaces import make_workspace
from tandem.aws import clients
from tandem.aws.marshal import item_from_dynamodb
from tandem.clock import parse
from tandem.ids import new_id
from tandem.routing import service as routing
from tandem.routing.models import TALKING
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.waiting import Desk

PATIENCE = 60


@pytest.fixture
def desk(demo: Client) -> Desk:
    return Desk(demo)


def history(stack: Stack, tenant_id: str, kind: str) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Every write of a workspace's items of this kind, in order: before, after."""
    (name,) = stack.deployment.tables
    for record in engine.stream(engine.table(stack.deployment.region, name)).records:
        change = record["dynamodb"]
        images = [
            item_from_dynamodb(change[image]) if change.get(image) else None for image in ("OldImage", "NewImage")
        ]
        present = images[1] or images[0] or {}
        if present.get("kind") == kind and present["pk"] == f"TENANT#{tenant_id}":
            yield images[0], images[1]


def check_leases(stack: Stack, tenant_id: str) -> None:
    """No agent was ever held by two calls: at the start of each lease no other was in force."""
    for before, after in history(stack, tenant_id, "agent"):
        held, new = leases(before), leases(after)
        for call in new.keys() - held.keys():
            started = parse(str((after or {})["given_at"]))
            others = {other: until for other, until in new.items() if other != call and parse(until) > started}
            assert others == {}, f"{call} and {others} at once"


def leases(item: dict[str, Any] | None) -> dict[str, str]:
    return {name[3:]: until for name, until in (item or {}).items() if name.startswith("on_")}


def check_order(stack: Stack, tenant_id: str) -> None:
    """Nobody was offered an agent while someone before them waited for the same without an offer."""
    waiting: dict[str, dict[str, Any]] = {}
    offers = 0
    for before, after in history(stack, tenant_id, "waiting"):
        call = str((after or before or {})["call_id"])
        if after is None:
            del waiting[call]
            continue
        if after.get("offered") and not (before or {}).get("offered"):
            offers += 1
            earlier = [one for one in waiting.values() if place(one) < place(after) and not one.get("offered")]
            assert [one for one in earlier if one["queue"] == after["queue"]] == []
        waiting[call] = after
    assert offers > 0


def place(entry: dict[str, Any]) -> tuple[str, str]:
    return str(entry["joined_at"]), str(entry["call_id"])


def test_two_callers_in_the_same_instant_are_not_given_the_same_agent(desk: Desk) -> None:
    for round_ in range(5):
        name = f"ann-{round_}"
        desk.present(name)
        calls = [desk.join() for _ in range(6)]
        together = threading.Barrier(len(calls))

        def ask(tenant_id: str, call_id: str, barrier: threading.Barrier = together) -> str | None:
            barrier.wait()
            agent = routing.poll(tenant_id, call_id)
            return agent.agent_id if agent else None

        with desk.at_work() as tenant_id, ThreadPoolExecutor(len(calls)) as pool:
            given = list(pool.map(ask, [tenant_id] * len(calls), calls))
        assert Counter(given) == {name: 1, None: 5}
        assert given[0] == name
        for call in calls:
            desk.left(call)
        desk.present(name, "offline")


@pytest.mark.parametrize("strategy", ["round-robin", "priority"])
def test_in_a_crowd_everyone_is_served_in_order_and_no_agent_has_two(strategy: str, desk: Desk, stack: Stack) -> None:
    desk.client("PUT", "/api/telephony/routing", json={"strategy": strategy})
    for name, queues in (("ann", ["sales"]), ("bob", ["support"]), ("cid", [])):
        desk.present(name, queues=queues)
    crowd = threading.Barrier(12)
    served: list[str] = []

    def call(tenant_id: str, number: int) -> None:
        call_id, deadline = new_id(), time.monotonic() + PATIENCE
        routing.join(tenant_id, call_id, queue=("sales", "support")[number % 2])
        crowd.wait(PATIENCE)
        while routing.poll(tenant_id, call_id) is None:
            assert time.monotonic() < deadline, "this caller was never served"
        routing.connected(tenant_id, call_id)
        served.append(call_id)
        for _ in range(2):  # the leg's end and the call's, told at once and twice
            routing.agent_left(tenant_id, call_id, answered=True)
            routing.left(tenant_id, call_id)

    with desk.at_work() as tenant_id, ThreadPoolExecutor(crowd.parties) as pool:
        list(pool.map(call, [tenant_id] * crowd.parties, range(crowd.parties)))
    assert len(set(served)) == crowd.parties
    check_leases(stack, desk.tenant_id)
    check_order(stack, desk.tenant_id)
    assert desk.entries() == {}
    assert [desk.leases(name) for name in ("ann", "bob", "cid")] == [{}] * 3
    counted = desk.counted()
    assert (counted["waits"], counted["abandoned"]) == (crowd.parties, 0)


def test_agents_who_come_and_do_not_answer_lose_nobody(desk: Desk, stack: Stack) -> None:
    agents = ["ann", "bob", "cid"]
    unanswered: Counter[str] = Counter()

    def call(tenant_id: str, number: int) -> str:
        call_id, deadline = new_id(), time.monotonic() + PATIENCE
        routing.join(tenant_id, call_id, queue="sales")
        while time.monotonic() < deadline:
            agent = routing.poll(tenant_id, call_id)
            if agent is None:
                leap(stack, 1)  # who does not answer rests for half a minute
            elif number % 3 == 0 and not unanswered[call_id]:
                unanswered[call_id] += 1
                routing.agent_left(tenant_id, call_id, answered=False, agent_id=agent.agent_id)
            else:
                routing.connected(tenant_id, call_id, agent_id=agent.agent_id)
                routing.left(tenant_id, call_id)
                return call_id
        raise AssertionError("this caller was never served")

    for name in agents:
        desk.present(name)
    with desk.at_work() as tenant_id, ThreadPoolExecutor(4) as pool:
        served = list(pool.map(call, [tenant_id] * 8, range(8)))
    assert len(set(served)) == 8
    assert unanswered.total() == 3
    check_leases(stack, desk.tenant_id)
    assert desk.entries() == {}
    assert [desk.leases(name) for name in agents] == [{}] * 3
    assert desk.counted()["waits"] == 8


class Crash(BaseException):
    """The execution environment dies: no except clause of the product runs."""


@contextmanager
def dying(number: int) -> Iterator[Callable[[], int]]:
    """Within, the process dies before its n-th request to the table; how many there were. To die after a request is to
    die before the next one."""
    seen = -1

    def die(**_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == number:
            raise Crash

    events = clients.dynamodb().meta.events
    events.register("before-call.dynamodb", die)
    try:
        yield lambda: seen + 1
    finally:
        events.unregister("before-call.dynamodb", die)


def two_calls(first: str, second: str) -> list[Callable[[str], object]]:
    """Two callers and one agent, who does not answer the second: what the carrier brings us to do, in order."""
    return [
        lambda tenant_id: routing.join(tenant_id, first, queue="sales"),
        lambda tenant_id: routing.join(tenant_id, second, agent_id="ann"),
        lambda tenant_id: routing.poll(tenant_id, first),
        lambda tenant_id: routing.connected(tenant_id, first),
        lambda tenant_id: routing.agent_left(tenant_id, first, answered=True, seconds=0),
        lambda tenant_id: routing.left(tenant_id, first),
        lambda tenant_id: routing.poll(tenant_id, second),
        lambda tenant_id: routing.agent_left(tenant_id, second, answered=False),
    ]


def one_run(stack: Stack, number: int, *, again: bool) -> tuple[Desk, str, int]:
    """All of it, dying once; where the carrier asks again, the request that died is made once more."""
    workspace = make_workspace(stack, f"run-{number}")
    desk = Desk(Client(stack, workspace, workspace.keys["live"]))
    desk.present("ann")
    first, second = new_id(), new_id()
    with desk.at_work() as tenant_id, dying(number) as seen:
        for step in two_calls(first, second):
            try:
                step(tenant_id)
            except Crash:
                if again:
                    step(tenant_id)
        return desk, second, seen()


def test_a_process_that_dies_at_any_request_changes_nothing_when_it_is_made_again(stack: Stack) -> None:
    number, requests = 0, 1
    while number < requests:
        desk, second, requests = one_run(stack, number, again=True)
        number += 1
        leap(stack, 31)
        assert desk.poll(second) == "ann", number
        desk.connected(second)
        assert desk.left(second)
        check_leases(stack, desk.tenant_id)
        assert (desk.entries(), desk.leases("ann")) == ({}, {}), number
        assert {name: desk.counted()[name] for name in ("waits", "abandoned")} == {"waits": 2, "abandoned": 0}, number
    assert number > 20


def test_a_process_that_dies_for_good_leaves_nobody_hanging(stack: Stack) -> None:
    number, requests = 0, 1
    while number < requests:
        desk, _, requests = one_run(stack, number, again=False)
        number += 1
        check_leases(stack, desk.tenant_id)
        leap(stack, TALKING.total_seconds() + 1)
        late = desk.join()
        assert desk.poll(late) == "ann", number
        assert set(desk.entries()) == {late}, number
        assert list(desk.leases("ann")) == [late], number
    assert number > 20
