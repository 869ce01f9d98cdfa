"""GET /api/telephony/calls/history."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.calls.models import Call, Status
from tests.integration.conftest import Client

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
        table.put(store.insertion(call, moment).item)
    return call_id


def test_an_empty_history_has_no_pages(demo: Client) -> None:
    assert history(demo) == {
        "success": True,
        "data": [],
        "pagination": {"total": 0, "page": 1, "limit": 20, "totalPages": 0},
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
        assert body["pagination"] == {"total": 7, "page": page, "limit": limit, "totalPages": pages}
        assert len(body["data"]) == (limit if page < pages else 7 - limit * (pages - 1))
        seen += [call["callId"] for call in body["data"]]
    assert seen == ids[::-1]
    beyond = history(demo, page=pages + 1, limit=limit)
    assert (beyond["data"], beyond["pagination"]["total"]) == ([], 7)


def test_each_filter_and_all_of_them_together_select_as_by_hand(demo: Client) -> None:
    chance = random.Random(7)
    calls = {}
    for number in range(60):
        fields = {
            "status": chance.choice(list(Status)),
            "direction": chance.choice(["inbound", "outbound"]),
            "agent_id": chance.choice(["a", "b", None]),
            "customer_id": chance.choice(["x", "y"]),
        }
        moment = NOON + timedelta(hours=number)
        calls[write(demo, moment, **fields)] = {**fields, "at": moment}
    names = {"status": "status", "direction": "direction", "agentId": "agent_id", "customerId": "customer_id"}
    choices = {"status": [*Status], "direction": ["inbound", "outbound"], "agentId": ["a", "b"], "customerId": ["x"]}
    for _ in range(15):
        query = {name: str(chance.choice(options)) for name, options in choices.items() if chance.random() < 0.5}
        start = NOON + timedelta(hours=chance.randrange(60)) if chance.random() < 0.5 else None
        end = NOON + timedelta(hours=chance.randrange(60)) if chance.random() < 0.5 else None
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


def test_each_workspace_sees_its_own_calls(demo: Client, other: Client) -> None:
    mine, theirs = demo.place()["callId"], other.place()["callId"]
    assert [call["callId"] for call in history(demo)["data"]] == [mine]
    assert [call["callId"] for call in history(other)["data"]] == [theirs]
    customer = other.call(theirs)["customerId"]
    assert history(demo, customerId=customer)["data"] == []


def test_two_reads_suffice(demo: Client, stack: Stack) -> None:
    demo.place()
    history(demo)
    with stack.count_requests() as counted:
        history(demo, status="initiated", limit=5)
    assert counted.by_operation() == {"dynamodb:UpdateItem": 1, "dynamodb:Query": 2}
