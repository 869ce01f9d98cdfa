"""No accepted event is lost and none reaches another tenant, whatever crashes, and wherever it does."""

import json
import os
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from tandem import clock
from tandem.errors import Problem
from tandem.events import service as events
from tandem.events.models import Event
from tandem.webhooks import delivery_store, logs, service, sweep
from tandem.webhooks.delivery import attempt
from tandem.webhooks.models import DeliveryDue, DeliveryFilter, Endpoint, NewEndpoint, Status
from tests.integration.webhooks.conftest import Answer, Platform, Receiver, empty_table
from tests.integration.webhooks.faults import CRASH_AFTER, CRASH_BEFORE, KINDS, Crash, Faults

HISTORIES = int(os.environ.get("TANDEM_HISTORIES", "25"))
"""Random ones to run; 25 keep the suite short, thousands are for a night."""
OK: Answer = (200, {}, b"")
ANSWERS: list[Answer] = [OK, OK, OK, (500, {}, b""), (429, {"Retry-After": "7"}, b""), (410, {}, b""), (302, {}, b"")]


@dataclass
class World:
    """Two tenants with their endpoints, what happened to them, and the hints under way."""

    platform: Platform
    receiver: Receiver
    faults: Faults
    endpoints: dict[str, list[Endpoint]] = field(default_factory=dict)
    happened: list[Event] = field(default_factory=list)
    hints: list[DeliveryDue] = field(default_factory=list)

    def begin(self, endpoints: int) -> None:
        """An empty table, and endpoints whose URL says whose they are."""
        self.faults.choose = None
        self.receiver.received.clear()
        self.receiver.answers.clear()
        empty_table()
        self.platform.hints()
        self.hints, self.happened = [], []
        for tenant_id in ("a", "b"):
            self.endpoints[tenant_id] = [self._register(tenant_id, number) for number in range(endpoints)]

    def _register(self, tenant_id: str, number: int) -> Endpoint:
        body = {"name": "x", "url": f"{self.receiver.url}/{tenant_id}/{number}", "events": ["call.completed"]}
        return service.create_endpoint(tenant_id, NewEndpoint.model_validate(body), actor="tester")

    def run(self, step: Callable[[], object]) -> None:
        """A worker's turn, which may die or fail."""
        with suppress(Crash, Problem):
            step()
        self.hints += [hint for hint, _ in self.platform.hints()]

    def deliver(self, hint: DeliveryDue) -> None:
        self.run(lambda: attempt(hint.tenant_id, hint.endpoint_id, hint.event_id, hint.hops))

    def tick(self) -> None:
        self.run(lambda: events.publish_overdue(clock.now()))
        self.run(lambda: sweep.run_due_deliveries(clock.now()))

    def heal(self) -> None:
        """Everything works again: let the platform come to rest by its schedules alone."""
        self.faults.choose = None
        self.receiver.answers.clear()
        self.hints.clear()
        self.platform.hints()
        self.platform.advance(minutes=2)
        self.tick()
        for tenant_id, endpoints in self.endpoints.items():
            for endpoint in endpoints:
                if not service.get_endpoint(tenant_id, endpoint.endpoint_id).is_active:
                    service.set_active(tenant_id, endpoint.endpoint_id, active=True, actor="tester")
        for _ in range(30):
            self.tick()
            for hint in self.hints:
                attempt(hint.tenant_id, hint.endpoint_id, hint.event_id, hint.hops)
            self.hints.clear()
            if not list(delivery_store.due(clock.now() + timedelta(days=30))):
                return
            self.platform.advance(hours=25)
        raise AssertionError("the platform does not come to rest")

    def check(self) -> None:
        """Every event at every endpoint of its tenant; nothing anywhere else."""
        for event in self.happened:
            for number, endpoint in enumerate(self.endpoints[event.tenant_id]):
                path = f"/{event.tenant_id}/{number}"
                at = [each for each in self.receiver.at(path) if each.event_id == event.event_id]
                row = delivery_store.get(event.tenant_id, endpoint.endpoint_id, event.event_id)
                assert row is not None
                assert at, f"lost: {event} at {endpoint.url}: {row}"
                assert row.status is Status.SUCCESS
        for request in self.receiver.received:
            assert request.path.split("/")[1] == json.loads(request.body)["data"]["tenant"]


@pytest.fixture
def world(platform: Platform, receiver: Receiver) -> Iterator[World]:
    faults = Faults()
    faults.install()
    yield World(platform, receiver, faults)
    faults.remove()


def scenario(world: World) -> None:
    """A life with everything in it: success, failure and retry, 410, held and resumed."""
    receiver, platform = world.receiver, world.platform
    tenant, endpoint = "a", world.endpoints["a"][0]
    receiver.answers["/a/0"] = [(500, {}, b""), (200, {}, b""), (410, {}, b""), (200, {}, b"")]

    def happen() -> None:
        event = platform.happen(tenant)
        world.happened.append(event)
        world.run(lambda: events.publish(event))

    def work() -> None:
        while world.hints:
            world.deliver(world.hints.pop(0))
            world.hints = [hint for hint in world.hints if hint.hops == 0]

    happen()
    work()
    platform.advance(seconds=8)
    world.tick()
    work()
    happen()
    work()
    happen()
    platform.advance(seconds=8)
    world.tick()
    work()
    world.run(lambda: service.set_active(tenant, endpoint.endpoint_id, active=True, actor="tester"))
    work()


def is_ours(step: str) -> bool:
    return not step.startswith("outside")


@pytest.mark.parametrize("kind", KINDS if HISTORIES > 100 else [CRASH_BEFORE, CRASH_AFTER])
def test_nothing_is_lost_when_any_one_call_of_a_delivery_s_life_fails(world: World, kind: str) -> None:
    world.begin(1)
    world.faults.choose = lambda step: None
    scenario(world)
    # Each kind of call, the first and the second time it is made.
    targets = [(step, turn) for step, times in world.faults.steps.items() if is_ours(step) for turn in (1, 2)[:times]]
    assert len(targets) > 25
    for target in targets:
        world.begin(1)
        seen = Counter[str]()

        def choose(step: str, target: tuple[str, int] = target, seen: Counter[str] = seen) -> str | None:
            seen[step] += 1
            return kind if (step, seen[step]) == target else None

        world.faults.choose = choose
        scenario(world)
        world.heal()
        world.check()
    assert sum(world.faults.spoiled.values()) == len(targets)


@dataclass
class History:
    """A random life of a few events under a rain of faults."""

    world: World
    chance: random.Random
    rate: float

    def run(self) -> None:
        acts = [self.happen] * 3 + [self.deliver] * 8 + [self.answer] * 2 + [self.switch, self.wait, self.wait]
        acts += [self.replay]
        self.happen()
        for _ in range(self.chance.randrange(6, 25)):
            self.chance.choice([*acts, self.world.tick, self.world.tick])()

    def choose(self, step: str) -> str | None:
        spoil = self.chance.random() < self.rate and is_ours(step)
        return self.chance.choice(KINDS) if spoil else None

    def happen(self) -> None:
        if len(self.world.happened) == 4:
            return
        self.world.faults.choose = None
        event = self.world.platform.happen(self.chance.choice("ab"))
        self.world.happened.append(event)
        self.world.faults.choose = self.choose
        if self.chance.random() < 0.8:  # else the stream misses it
            self.world.run(lambda: events.publish(event))

    def deliver(self) -> None:
        if not self.world.hints:
            return
        hint = self.chance.choice(self.world.hints)
        if self.chance.random() < 0.8:  # else it comes twice
            self.world.hints.remove(hint)
        if self.chance.random() < 0.9:  # else it is lost
            self.world.deliver(hint)

    def answer(self) -> None:
        tenant, number, _ = self._endpoint()
        self.world.receiver.answers[f"/{tenant}/{number}"] = [self.chance.choice(ANSWERS)]

    def switch(self) -> None:
        tenant, _, endpoint = self._endpoint()
        active = self.chance.random() < 0.6
        self.world.run(lambda: service.set_active(tenant, endpoint.endpoint_id, active=active, actor="tester"))

    def replay(self) -> None:
        tenant, _, endpoint = self._endpoint()
        event = self.chance.choice(self.world.happened)
        one = self.chance.random() < 0.5
        failed = DeliveryFilter(Status.FAILED)
        self.world.run(
            (lambda: logs.replay(tenant, endpoint.endpoint_id, event.event_id))
            if one
            else (lambda: logs.replay_range(tenant, endpoint.endpoint_id, failed))
        )

    def wait(self) -> None:
        self.world.platform.advance(seconds=self.chance.choice((1, 6, 31, 61, 400)))

    def _endpoint(self) -> tuple[str, int, Endpoint]:
        tenant = self.chance.choice("ab")
        number = self.chance.randrange(len(self.world.endpoints[tenant]))
        return tenant, number, self.world.endpoints[tenant][number]


def test_nothing_is_lost_and_nothing_strays_in_random_histories(world: World) -> None:
    first = int(os.environ.get("TANDEM_FIRST_HISTORY", "0"))
    for seed in range(first, first + HISTORIES):
        chance = random.Random(seed)
        world.begin(chance.choice((1, 1, 2)))
        History(world, chance, chance.choice((0.02, 0.1, 0.3))).run()
        try:
            world.heal()
            world.check()
        except AssertionError as error:
            raise AssertionError(f"history {seed}") from error
    if report := os.environ.get("TANDEM_HISTORIES_REPORT"):
        with open(report, "w") as file:
            for (step, kind), number in sorted(world.faults.spoiled.items()):
                print(number, step, kind, file=file)
    assert len({step for step, _ in world.faults.spoiled}) >= 8
