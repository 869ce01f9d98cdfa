"""GET /api/telephony/calls/history."""

import json
import math
import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import engine
from infra.local.dynamodb.tables import Item
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.aws import clients
from tandem.calls.models import Call, Status
from tandem.carriers.base import Outcome
from tests.integration.conftest import Client
from tests.integration.test_never_dials_twice import hooked

PATH = "/api/telephony/calls/history"
NOON = datetime(2024, 3, 10, 12, tzinfo=UTC)


def history(client: Client, **query: Any) -> dict[str, Any]:
    response = client("GET", PATH, query=query)
    assert response.status == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def write(client: Client, moment: datetime, **fields: Any) -> str:
    """A call of the past, straight into the table; its id."""
    from tandem import ids
    from tandem.analytics import service as analytics
    from tandem.aws import table
    from tandem.calls import store

    with operating(client.stack):
        # An id of that time: the smallest one, made different by a few bits of randomness.
        call_id = ids.earliest_id(moment)[:24] + f"{random.getrandbits(48):012x}"
        call = Call(
            call_id=call_id,
            tenant_id=client.workspace.tenant_id,
            conversation_id=ids.new_id(),
            from_number="+15005550100",
            to_number="+15005550001",
            carrier="sandbox",
            created_at=moment,
            **{"customer_id": "customer-1", "direction": "outbound", **fields},
        )
        table.transact([store.insertion(call, moment), *analytics.counting(None, call)])
    return call_id


def test_an_empty_history_has_no_pages(demo: Client) -> None:
    assert history(demo) == {
        "success": True,
        "data": [],
        "pagination": {"total": 0, "page": 1, "limit": 20, "totalPages": 0, "nextCursor": None},
    }


def test_calls_are_shown_newest_first_as_they_are_shown_alone(demo: Client, stack: Stack) -> None:
    placed = []
    for number in ("+15005550001", "+15005550002", "+15005550005"):
        placed.append(demo.place(number)["callId"])
        stack.advance(15)
    body = history(demo)
    assert [call["callId"] for call in body["data"]] == placed[::-1]
    assert body["data"] == [demo.call(call_id) for call_id in placed[::-1]]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 8, 100])
def test_pages_are_exact_and_together_the_whole(limit: int, demo: Client) -> None:
    ids = [write(demo, NOON + timedelta(minutes=number)) for number in range(7)]
    pages = -(-7 // limit)
    seen = []
    for page in range(1, pages + 1):
        body = history(demo, page=page, limit=limit)
        assert (body["pagination"].pop("nextCursor") is None) == (page == pages)
        assert body["pagination"] == {"total": 7, "page": page, "limit": limit, "totalPages": pages}
        assert len(body["data"]) == (limit if page < pages else 7 - limit * (pages - 1))
        seen += [call["callId"] for call in body["data"]]
    assert seen == ids[::-1]
    beyond = history(demo, page=pages + 1, limit=limit)
    assert (beyond["data"], beyond["pagination"]["total"]) == ([], 7)


FACTS: dict[Status, dict[str, Any]] = {
    Status.INITIATED: {},
    Status.RINGING: {"ringing_at": NOON},
    Status.ANSWERED: {"told_answered_at": NOON},
    Status.COMPLETED: {"ended_at": NOON, "told_outcome": Outcome.ANSWERED_HUMAN},
    Status.MISSED: {"ended_at": NOON, "told_outcome": Outcome.NO_ANSWER},
    Status.FAILED: {"ended_at": NOON, "told_outcome": Outcome.BUSY},
}


@pytest.mark.parametrize("step", [0.02, 1, 9, 400])
def test_each_filter_and_all_of_them_together_select_as_by_hand(step: float, demo: Client) -> None:
    chance = random.Random(7)
    calls = {}
    for number in range(60):
        status = chance.choice(list(Status))
        fields = {
            "direction": "inbound" if status == Status.MISSED else chance.choice(["inbound", "outbound"]),
            "agent_id": chance.choice(["a", "b", None]),
            "customer_id": chance.choice(["x", "y"]),
        }
        moment = NOON + timedelta(hours=number * step)
        calls[write(demo, moment, **fields, **FACTS[status])] = {**fields, "status": status, "at": moment}
    names = {"status": "status", "direction": "direction", "agentId": "agent_id", "customerId": "customer_id"}
    choices = {"status": [*Status], "direction": ["inbound", "outbound"], "agentId": ["a", "b"], "customerId": ["x"]}
    for _ in range(15):
        query = {name: str(chance.choice(options)) for name, options in choices.items() if chance.random() < 0.5}
        start = NOON + timedelta(hours=chance.randrange(240) / 4 * step) if chance.random() < 0.5 else None
        end = NOON + timedelta(hours=chance.randrange(240) / 4 * step) if chance.random() < 0.5 else None
        wanted = [
            call_id
            for call_id, call in calls.items()
            if all(call[names[name]] == value for name, value in query.items())
            and (start is None or call["at"] >= start)
            and (end is None or call["at"] < end)
        ]
        query |= {"startDate": start.isoformat()} if start else {}
        query |= {"endDate": end.isoformat()} if end else {}
        body = history(demo, limit=100, **query)
        assert [call["callId"] for call in body["data"]] == wanted[::-1]
        assert body["pagination"]["total"] == len(wanted)
        second = history(demo, limit=3, page=2, **query)
        assert [call["callId"] for call in second["data"]] == wanted[::-1][3:6]
        assert second["pagination"]["totalPages"] == -(-len(wanted) // 3)
        assert followed(demo, limit=4, **query) == wanted[::-1]


def followed(client: Client, **query: Any) -> list[str]:
    """The ids of a whole list, by its cursors."""
    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        body = history(client, **query, **cursor)
        seen += [call["callId"] for call in body["data"]]
        if not (found := body["pagination"]["nextCursor"]):
            return seen
        cursor = {"cursor": found}


DAY = datetime(2024, 1, 31, tzinfo=UTC)
EDGES = {
    "the last moment before": DAY - timedelta(milliseconds=1),
    "midnight": DAY,
    "noon": DAY + timedelta(hours=12),
    "the last moment": DAY + timedelta(days=1, milliseconds=-1),
    "the next midnight": DAY + timedelta(days=1),
}


@pytest.mark.parametrize("day", ["2024-01-31", "20240131"])
def test_an_end_that_is_a_day_includes_it_whole(day: str, demo: Client) -> None:
    for name, moment in EDGES.items():
        write(demo, moment, agent_id=name)
    within = [call["agentId"] for call in history(demo, startDate=day, endDate=day)["data"]]
    assert within == ["the last moment", "noon", "midnight"]
    assert [call["agentId"] for call in history(demo, startDate=day)["data"]] == ["the next midnight", *within]
    assert [call["agentId"] for call in history(demo, endDate=day)["data"]] == [*within, "the last moment before"]


@pytest.mark.parametrize(
    "noon", ["2024-01-31T12:00:00Z", "2024-01-31T12:00:00", "2024-01-31T15:00:00+03:00", "2024-01-31 12:00:00.000Z"]
)
def test_a_moment_is_in_utc_unless_it_says_otherwise(noon: str, demo: Client) -> None:
    for name, moment in EDGES.items():
        write(demo, moment, agent_id=name)
    assert [call["agentId"] for call in history(demo, startDate=noon, endDate="2024-01-31")["data"]] == [
        "the last moment",
        "noon",
    ]


def test_an_end_before_the_start_selects_nothing(demo: Client) -> None:
    write(demo, NOON)
    assert history(demo, startDate="2024-03-11", endDate="2024-03-01")["data"] == []


def test_an_agent_named_like_an_email_address_has_calls_as_others_have(demo: Client, stack: Stack) -> None:
    demo.place(agentId="ada.o@example.com")
    demo.place(agentId="ada")
    stack.advance(30)
    answer = demo("GET", PATH, query={"agentId": "ada.o@example.com"}).json()
    assert (answer["pagination"]["total"], [call["status"] for call in answer["data"]]) == (1, ["completed"])


def test_each_workspace_sees_its_own_calls(demo: Client, other: Client) -> None:
    mine, theirs = demo.place()["callId"], other.place()["callId"]
    assert [call["callId"] for call in history(demo)["data"]] == [mine]
    assert [call["callId"] for call in history(other)["data"]] == [theirs]
    customer = other.call(theirs)["customerId"]
    assert history(demo, customerId=customer)["data"] == []


def test_a_query_for_the_counts_and_one_for_the_page_suffice(demo: Client, stack: Stack) -> None:
    demo.place()
    history(demo)
    with stack.count_requests() as counted:
        history(demo, limit=5)
        history(demo, direction="outbound")
    assert counted.by_operation() == {"dynamodb:UpdateItem": 4, "dynamodb:Query": 4}
    with stack.count_requests() as counted:
        history(demo, status="initiated", limit=5)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 2, "dynamodb:Query": 2, "dynamodb:BatchGetItem": 1}


CALLS_AN_HOUR, HOURS = 20, 150


@pytest.fixture
def long_history(demo: Client) -> int:
    """Three thousand calls over six days, with notes; how many those are."""
    from tandem import ids
    from tandem.analytics import service as analytics
    from tandem.aws import table
    from tandem.calls import store

    tenant_id = demo.workspace.tenant_id
    chance = random.Random(11)
    sums: dict[tuple[str, str], dict[str, int]] = {}
    with operating(demo.stack):
        for number in range(CALLS_AN_HOUR * HOURS):
            moment = NOON + timedelta(minutes=number * 60 / CALLS_AN_HOUR)
            call = Call(
                call_id=ids.earliest_id(moment)[:24] + f"{chance.getrandbits(48):012x}",
                tenant_id=tenant_id,
                conversation_id="conversation",
                customer_id=f"customer-{number // 2 % 2}",
                direction="outbound" if number % 5 else "inbound",
                from_number="+15005550100",
                to_number="+15005550001",
                carrier="sandbox",
                created_at=moment,
                agent_id=f"agent-{number % 2}",
                ended_at=moment,
                told_outcome=Outcome.ANSWERED_HUMAN if number % 3 else Outcome.BUSY,
                notes="n" * 300,
            )
            put_in(demo.stack, store.insertion(call, moment).item)
            for write in analytics.counting(None, call):
                counters = sums.setdefault((write.pk, write.sk), {})
                for name, value in write.add.items():
                    counters[name] = counters.get(name, 0) + int(str(value))
        for (pk, sk), counters in sums.items():
            table.put({"pk": pk, "sk": sk, "kind": "count", **counters})
    return CALLS_AN_HOUR * HOURS


def put_in(stack: Stack, item: dict[str, Any]) -> None:
    """Write an item beside the service: there are thousands."""
    from tandem.aws.marshal import item_to_dynamodb

    (name,) = stack.deployment.tables
    engine.table(stack.deployment.region, name).put(Item(item_to_dynamodb(item)))


@dataclass
class Spent:
    """Read units of DynamoDB, by what was asked and how much of it had to be read."""

    units: float = 0.0
    requests: int = 0
    asked: dict[str, Any] = field(default_factory=dict)

    def ask(self, params: dict[str, Any], **_: Any) -> None:
        self.asked = params

    def read(self, parsed: dict[str, Any], **_: Any) -> None:
        self.requests += 1
        if "Responses" in parsed:
            (items,) = parsed["Responses"].values()
            self.units += sum(math.ceil(len(json.dumps(item)) / 4096) for item in items)
            return
        if self.asked.get("Select") == "COUNT":
            size = CALL_SIZE if "IndexName" not in self.asked else ENTRY_SIZE
        else:
            size = max((len(json.dumps(item)) for item in parsed["Items"]), default=0)
        units = max(1, math.ceil(parsed["ScannedCount"] * size / 4096))
        self.units += units if self.asked.get("ConsistentRead") else units / 2


CALL_SIZE, ENTRY_SIZE = 1500, 400
PART = {"startDate": "2024-03-11T10:20:00Z", "endDate": "2024-03-16T11:40:00Z"}


DEEP = [
    ({}, 5),
    ({"direction": "inbound"}, 1),
    ({"status": "failed"}, 2),
    ({"status": "failed", "direction": "outbound"}, 1),
    ({"agentId": "agent-1"}, 3),
    ({"agentId": "agent-1", "status": "failed"}, 1),
    ({"customerId": "customer-1"}, 3),
    ({"customerId": "customer-1", "agentId": "agent-1", "direction": "outbound"}, 1),
    ({"direction": "outbound", **PART}, 3),
]


def test_page_500_costs_about_what_page_1_costs(demo: Client, stack: Stack, long_history: int) -> None:
    for query, limit in DEEP:
        units = []
        for page in (1, 500):
            spent = Spent()
            with watched(stack, spent):
                body = history(demo, page=page, limit=limit, **query)
            assert (len(body["data"]), body["pagination"]["total"] > 499 * limit) == (limit, True), query
            units.append(spent.units)
        edges = 16 if "startDate" in query else 0
        assert units[0] <= 12 + edges, query
        assert units[1] <= units[0] + 8, query
    assert long_history * CALL_SIZE / 4096 / 2 > 500, "what reading all would cost"


@contextmanager
def watched(stack: Stack, spent: Spent) -> Iterator[None]:
    """Within, what the endpoint reads is counted."""
    with ExitStack() as hooks:
        for operation in ("Query", "BatchGetItem"):
            for event, act in (("before-parameter-build", spent.ask), ("after-call", spent.read)):
                name = f"{event}.dynamodb.{operation}"
                hooks.enter_context(hooked(stack, clients.dynamodb, name, act, "TelephonyListCalls"))
        yield
