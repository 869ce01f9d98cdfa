"""What an overview of 30 days reads, of a thousand calls or of a hundred thousand: items, bytes, read units, time."""

import json
import math
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import engine
from infra.local.dynamodb.tables import Item
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.analytics import metrics, store
from tandem.analytics.models import Level, bounds, period
from tandem.analytics.rollup import Figures, merged, of_call, of_longer
from tandem.aws import clients
from tandem.aws.marshal import item_to_dynamodb
from tandem.calls import store as call_store
from tandem.calls.models import Call, Recording, RecordingState
from tandem.carriers.base import Outcome
from tandem.ids import earliest_id
from tests.benchmarks.variants import ROOT

SIZES = (1_000, 10_000, 100_000)
START = datetime(2026, 10, 10, tzinfo=UTC)
DAYS = 30
MOST_UNITS = 8
_ROUNDS = 3
_KINDS = 300
_STORED = Recording(RecordingState.AVAILABLE, "https://carrier.example/1.wav", key="k", content_type="audio/wav")


@dataclass
class Measured:
    """What an overview of so many calls took: read units by DynamoDB's rules, our own milliseconds of processor time,
    without those of the table itself."""

    calls: int
    requests: int = 0
    items: int = 0
    size: int = 0
    units: float = 0.0
    own: float = 0.0
    _asked: tuple[bool, float] = (False, 0.0)

    def ask(self, params: dict[str, Any], **_: Any) -> None:
        """A query goes out."""
        self._asked = "ConsistentRead" in str(params["body"]), time.process_time()

    def answered(self, parsed: dict[str, Any], **_: Any) -> None:
        """Its answer has come."""
        consistent, begun = self._asked
        size = sum(len(json.dumps(item)) for item in parsed["Items"])
        self.requests += 1
        self.items += parsed["ScannedCount"]
        self.size += size
        self.units += max(1, math.ceil(size / 4096)) * (1 if consistent else 0.5)
        self.own -= (time.process_time() - begun) * 1000


@contextmanager
def watching(measured: Measured) -> Iterator[None]:
    """Within, queries are counted, and our own time."""
    events = clients.dynamodb().meta.events
    hooks = (("before-call.dynamodb.Query", measured.ask), ("after-call.dynamodb.Query", measured.answered))
    for name, act in hooks:
        events.register(name, act)
    begun = time.process_time()
    try:
        yield
    finally:
        measured.own += (time.process_time() - begun) * 1000
        for name, act in hooks:
            events.unregister(name, act)


def fill(stack: Stack, tenant_id: str, number: int) -> None:
    """So many calls over 30 days, and their figures, straight into the table."""
    (name,) = stack.deployment.tables
    table = engine.table(stack.deployment.region, name)
    found: dict[tuple[Level, datetime], list[Figures]] = defaultdict(list)
    kinds: dict[int, Any] = {}
    for each in range(number):
        call = _call(tenant_id, START + each * timedelta(days=DAYS) / number, each)
        like = each % _KINDS
        if like not in kinds:
            kinds[like] = item_to_dynamodb(call_store.insertion(call, call.created_at).item)
        own = {"sk": {"S": f"CALL#{call.call_id}"}, "call_id": {"S": call.call_id}}
        table.put(Item(kinds[like] | own), told=False)  # the rest is shared: there is room for a hundred thousand
        found[Level.HOUR, _floor(Level.HOUR, call.created_at)].append(of_call(call))
    for below, level in ((Level.HOUR, Level.DAY), (Level.DAY, Level.MONTH)):
        for (kind, begin), parts in list(found.items()):
            if kind == below:
                found[level, _floor(level, begin)].append(merged(parts))
    for (level, begin), parts in found.items():
        figures = merged(parts) if level == Level.HOUR else of_longer(parts)
        table.put(Item(item_to_dynamodb(store.item(tenant_id, level, begin, figures) | {"version": len(parts)})))


def overview(stack: Stack, number: int) -> Measured:
    """An overview of 30 days of so many calls, measured a few times; the one that took the median of time."""
    tenant_id = str(uuid.uuid4())
    rounds = [Measured(number) for _ in range(_ROUNDS)]
    with operating(stack):
        fill(stack, tenant_id, number)
        for measured in rounds:
            with watching(measured):
                answer = metrics.overview(tenant_id, START.date(), (START + timedelta(days=DAYS - 1)).date())
            if answer.metrics.total_calls != number:
                raise ArithmeticError(f"{answer.metrics.total_calls} calls were counted of {number}")
    return sorted(rounds, key=lambda one: one.own)[_ROUNDS // 2]


def run(sizes: tuple[int, ...] = SIZES) -> list[Measured]:
    """Measure each size, on a stack of its own."""
    parameters = {"Stage": "local", "PublicUrl": "http://localhost:3001"}
    stack = Stack.start(ROOT / "template.yaml", parameters, root=ROOT, name="tandem-overviews")
    try:
        return [overview(stack, number) for number in sizes]
    finally:
        stack.stop()


def _call(tenant_id: str, moment: datetime, number: int) -> Call:
    end = moment + timedelta(seconds=number % 300)
    return Call(
        call_id=earliest_id(moment)[:24] + f"{number:012x}",
        tenant_id=tenant_id,
        conversation_id=f"conversation-{number}",
        customer_id=f"customer-{number % 500}",
        direction="inbound" if number % 3 else "outbound",
        from_number="+15005550100",
        to_number="+15005550001",
        carrier="twilio" if number % 2 else "telnyx",
        created_at=moment,
        agent_id=f"agent-{number % 25}",
        told_answered_at=moment if number % 10 else None,
        ended_at=end,
        told_outcome=Outcome.ANSWERED_HUMAN if number % 10 else Outcome.BUSY,
        recording=_STORED if number % 10 else None,
    )


def _floor(level: Level, moment: datetime) -> datetime:
    return bounds(level, period(level, moment))[0]
