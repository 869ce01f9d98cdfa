"""Hourly counts of calls, kept exact however often and late the stream tells of a change.

`STAT#<tenant>` holds per hour of creation one item of counters and one for each agent, and per call where it is counted
now. The move from one counter to another is one transaction, conditional on the call's version: told twice, it moves
once.
"""

from tandem.aws import table
from tandem.aws.table import Absent, Attr, Item, Put, TransactionCancelled, Update
from tandem.observability import logger

_DIMENSIONS = ("status", "direction", "carrier")


def count_call(item: Item) -> None:
    """Count a call as its item says it stands, and take it out of where it was counted before."""
    pk = f"STAT#{item['tenant_id']}"
    sk = f"CALL#{item['call_id']}"
    counted = table.get(pk, sk)
    if counted and counted["version"] >= item["version"]:
        return
    now, before = set(_counters(item)), set(counted["counters"]) if counted else set()
    unchanged = Attr("version").eq(counted["version"]) if counted else Absent
    marker = {"pk": pk, "sk": sk, "kind": "counted", "version": item["version"], "counters": sorted(now)}
    changes = dict.fromkeys(now - before, 1) | dict.fromkeys(before - now, -1)
    try:
        table.transact([Put(marker, unchanged), *_moves(pk, changes)])
    except TransactionCancelled as cancelled:
        if cancelled.failed[0] is None:
            raise  # another change of this tenant's counts was in the way: the record comes again
        logger().info("already counted", call_id=item["call_id"])


def hour_counts(tenant_id: str, hour: str) -> dict[str, int]:
    """The counters of one UTC hour `YYYYMMDDHH`: `calls`, `status:completed`, `direction:outbound`, …"""
    item = table.get(f"STAT#{tenant_id}", f"HOUR#{hour}") or {}
    return {name: value for name, value in item.items() if name == "calls" or ":" in name}


def _moves(pk: str, changes: dict[str, int]) -> list[Update]:
    """The changes by the item that holds the counter: `<sort key>|<counter>`."""
    by_item: dict[str, dict[str, int]] = {}
    for place, change in changes.items():
        sk, _, counter = place.rpartition("|")
        by_item.setdefault(sk, {})[counter] = change
    return [Update(pk, sk, set={"kind": "hour"}, add=added) for sk, added in sorted(by_item.items())]


def _counters(item: Item) -> list[str]:
    hour = f"HOUR#{_hour(item['created_at'])}"
    counters = [f"{hour}|calls", *(f"{hour}|{name}:{item[name]}" for name in _DIMENSIONS)]
    if agent_id := item.get("agent_id"):
        # On an item of its own: agents' ids are the customer's, and as many and as long as they like.
        counters.append(f"{hour}#AGENT#{agent_id}|calls")
    return counters


def _hour(created_at: str) -> str:
    return created_at[:13].replace("-", "").replace("T", "")
