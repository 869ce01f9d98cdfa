"""The table's stream: calls, and the hourly counts."""

import random
from collections import Counter
from typing import Any

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tests.integration.conftest import Client, table_items
from tests.integration.test_sandbox_numbers import EXPECTED, place


def counts(client: Client) -> Counter[str]:
    """The workspace's counters by hour, and by hour and agent."""
    found: Counter[str] = Counter()
    for item in table_items(client.stack, f"STAT#{client.workspace.tenant_id}", "HOUR#"):
        found.update({f"{item['sk']}|{name}": value for name, value in item.items() if name == "calls" or ":" in name})
    return +found


def by_hand(client: Client) -> Counter[str]:
    """The same, counted from the calls."""
    found: Counter[str] = Counter()
    for item in client.items("CALL#"):
        hour = f"HOUR#{hour_of(item)}"
        found[f"{hour}|calls"] += 1
        found.update(f"{hour}|{name}:{item[name]}" for name in ("status", "direction", "carrier"))
        found[f"{hour}#AGENT#{item['agent_id']}|calls"] += 1
    return found


def hour_of(call: dict[str, Any]) -> str:
    moment: str = call["created_at"]
    return moment[:13].replace("-", "").replace("T", "")


def test_the_counts_are_those_of_the_calls_at_every_moment(demo: Client, other: Client, stack: Stack) -> None:
    chance = random.Random(3)
    for _ in range(12):
        place(chance.choice([demo, other]), chance.choice(list(EXPECTED)))
        stack.advance(chance.choice([0, 1, 3, 10]))
        for client in (demo, other):
            assert counts(client) == by_hand(client)


def test_records_told_twice_and_out_of_order_are_counted_once(demo: Client, stack: Stack) -> None:
    for number in ("+15005550001", "+15005550002", "+15005550008"):
        place(demo, number)
    stack.advance(30)
    expected = counts(demo)
    assert expected == by_hand(demo)
    stack.conductor.rewind()
    stack.settle()
    assert counts(demo) == expected
    stale = [dict(item) | {"version": 1, "status": "initiated"} for item in demo.items("CALL#")]
    count_again(stack, stale)
    assert counts(demo) == expected


def count_again(stack: Stack, items: list[dict[str, Any]]) -> None:
    from tandem.analytics.service import count_call

    with operating(stack):
        for item in items:
            count_call(item)


def test_an_hours_counts_can_be_read(demo: Client, stack: Stack) -> None:
    from tandem.analytics.service import hour_counts

    place(demo, "+15005550002")
    stack.advance(30)
    (call,) = demo.items("CALL#")
    with operating(stack):
        read = hour_counts(demo.workspace.tenant_id, hour_of(call))
        empty = hour_counts(demo.workspace.tenant_id, "1999010100")
    assert {name: value for name, value in read.items() if value} == {
        "calls": 1,
        "status:failed": 1,
        "direction:outbound": 1,
        "carrier:sandbox": 1,
    }
    assert empty == {}
