"""Routing in the table: `TENANT#<t>` / `ROUTING` and `WAITING#<call>`; waits over: `STAT#<t>` / `WAIT#<minute>`.

A call waits for one thing at a time, so its entry has no other name than the call's: to join twice is to join once.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tandem.aws import table
from tandem.aws.table import Absent, Attr, ConditionFailed, Delete, Item, Key, TransactionCancelled, Update
from tandem.clock import iso, parse
from tandem.routing.models import OFFERED, SILENCE, Incoming, Routing, Strategy, Waiting, Waits

KEPT = timedelta(days=1)
"""How long an entry is kept at most, were it never removed."""

COUNTED = timedelta(hours=2)
"""How long the waits of a minute are kept."""

_OFFER = ("offered", "offer_until", "taken", "connected_at")


def get_routing(tenant_id: str) -> Routing:
    """How a tenant's calls find their way; as at first, where nothing was set."""
    item = table.get(f"TENANT#{tenant_id}", "ROUTING") or {}
    incoming = Incoming(**item["incoming"]) if item.get("incoming") else None
    strategy = Strategy(item.get("strategy", Strategy.ROUND_ROBIN))
    return Routing(tenant_id, strategy, incoming, item.get("version", 0))


def change_routing(before: Routing, strategy: Strategy, incoming: Incoming | None) -> Update:
    """The write of the routing, if it is still as it was read."""
    entry = asdict(incoming) if incoming else None
    return Update(
        f"TENANT#{before.tenant_id}",
        "ROUTING",
        set={"kind": "routing", "strategy": strategy.value} | ({"incoming": entry} if entry else {}),
        add={"version": 1},
        remove=() if entry else ("incoming",),
        condition=Attr("version").eq(before.version) if before.version else Absent,
    )


def get(tenant_id: str, call_id: str) -> Waiting | None:
    """A call's entry, or None where it does not wait."""
    item = table.get(*_key(tenant_id, call_id))
    return _entry(tenant_id, item) if item else None


def everyone(tenant_id: str) -> Iterator[Waiting]:
    """All entries of a tenant, in no order."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with("WAITING#")
    for item in table.query_all(condition, consistent=True):
        yield _entry(tenant_id, item)


def insert(entry: Waiting) -> bool:
    """Let a call wait; False when it does already."""
    pk, sk = _key(entry.tenant_id, entry.call_id)
    item: Item = {
        "pk": pk,
        "sk": sk,
        "kind": "waiting",
        "call_id": entry.call_id,
        "queue": entry.queue,
        "agent_id": entry.agent_id,
        "joined_at": iso(entry.joined_at),
        "seen_at": iso(entry.seen_at),
        "version": entry.version,
        "expires_at": int((entry.joined_at + KEPT).timestamp()),
    }
    try:
        table.put(item, condition=Absent)
    except ConditionFailed:
        return False
    return True


def touch(entry: Waiting, moment: datetime) -> None:
    """Write down a sign of life, seldom enough to be in nobody's way: the version stays."""
    if moment - entry.seen_at < SILENCE / 4:
        return
    alive = Update(*_key(entry.tenant_id, entry.call_id), set={"seen_at": iso(moment)}, condition=table.Present)
    with suppress(TransactionCancelled):  # it waits no more, or is being offered an agent just now
        table.transact([alive])


def offered(entry: Waiting, agent_id: str, until: datetime) -> Update:
    """The write of an offer, if the caller still stands as read."""
    return _change(entry, {"offered": agent_id, "offer_until": iso(until)}, ("taken", "connected_at"))


def taken(entry: Waiting, moment: datetime) -> Update:
    """The write that the agent's telephone rings from now on."""
    return _change(entry, {"taken": True, "offer_until": iso(moment + OFFERED), "seen_at": iso(moment)})


def connected(entry: Waiting, moment: datetime, until: datetime) -> Update:
    """The write that the agent answered."""
    return _change(entry, {"connected_at": iso(moment), "offer_until": iso(until)})


def withdrawn(entry: Waiting, moment: datetime) -> Update:
    """The write that puts a caller back to where they waited, without an agent."""
    return _change(entry, {"seen_at": iso(moment)}, _OFFER)


def removal(entry: Waiting) -> Delete:
    """The write that ends the waiting, if the caller still stands as read, sign of life and all."""
    return Delete(*_key(entry.tenant_id, entry.call_id), _unchanged(entry) & Attr("seen_at").eq(iso(entry.seen_at)))


def counting(entry: Waiting, moment: datetime, over: Waits) -> list[Update]:
    """The writes that count waits which ended in this minute: the tenant's, and its queue's."""
    partitions = [_counts(entry.tenant_id, None)] + ([_counts(entry.tenant_id, entry.queue)] if entry.queue else [])
    added = {"waits": over.waits, "seconds": over.seconds, "abandoned": over.abandoned}
    kept = {"kind": "wait", "expires_at": int((moment + COUNTED).timestamp())}
    return [Update(pk, f"WAIT#{_minute(moment)}", set=kept, add=added) for pk in partitions]


def waits_since(tenant_id: str, queue: str | None, start: datetime) -> Waits:
    """The waits that ended since the minute of `start`, of one queue or of all."""
    condition = Key("pk").eq(_counts(tenant_id, queue)) & Key("sk").between(f"WAIT#{_minute(start)}", "WAIT#~")
    found = list(table.query_all(condition))
    return Waits(*(sum(item[name] for item in found) for name in ("waits", "seconds", "abandoned")))


def _entry(tenant_id: str, item: Item) -> Waiting:
    return Waiting(
        tenant_id=tenant_id,
        call_id=item["call_id"],
        joined_at=parse(item["joined_at"]),
        seen_at=parse(item["seen_at"]),
        queue=item.get("queue"),
        agent_id=item.get("agent_id"),
        offered=item.get("offered"),
        offer_until=parse(item["offer_until"]) if item.get("offer_until") else None,
        taken=item.get("taken", False),
        connected_at=parse(item["connected_at"]) if item.get("connected_at") else None,
        version=item["version"],
    )


def _change(entry: Waiting, values: dict[str, Any], gone: tuple[str, ...] = ()) -> Update:
    pk, sk = _key(entry.tenant_id, entry.call_id)
    return Update(pk, sk, set=values, add={"version": 1}, remove=gone, condition=_unchanged(entry))


def _unchanged(entry: Waiting) -> Any:
    return Attr("version").eq(entry.version)


def _key(tenant_id: str, call_id: str) -> tuple[str, str]:
    return f"TENANT#{tenant_id}", f"WAITING#{call_id}"


def _counts(tenant_id: str, queue: str | None) -> str:
    return f"STAT#{tenant_id}" if queue is None else f"STAT#{tenant_id}#QUEUE#{queue}"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M}"
