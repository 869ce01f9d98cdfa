"""Calls in the table: `TENANT#<t>` / `CALL#<uuid7>`, so that a span of time is a range of keys.

A carrier's id leads to its call through `SESSION#<carrier>#<id>`. A call that is not over is on the due index.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, Item, Key, Put, Update, Write
from tandem.calls.models import Call, CallFilter, DialState, Recording, RecordingState, Status
from tandem.carriers.base import Cost, Outcome
from tandem.clock import iso, parse
from tandem.ids import earliest_id
from tandem.shards import shard, shards

_FAMILY = "CALL"
_TIMES = ("created_at", "ringing_at", "answered_at", "ended_at")


def key(tenant_id: str, call_id: str) -> tuple[str, str]:
    """The key of a call."""
    return f"TENANT#{tenant_id}", f"CALL#{call_id}"


def get(tenant_id: str, call_id: str) -> Call | None:
    """One call, or None."""
    item = table.get(*key(tenant_id, call_id))
    return from_item(item) if item else None


def insertion(call: Call, due_at: datetime) -> Put:
    """The write of a new call, to be looked at again by `due_at`. It fails when the call is there already."""
    pk, sk = key(call.tenant_id, call.call_id)
    due = {"due_shard": shard(_FAMILY, call.call_id), "due_at": iso(due_at)}
    return Put({"pk": pk, "sk": sk, "kind": "call", **_attributes(call), **due}, Absent)


def change(before: Call, after: Call, due_at: datetime | None) -> Update:
    """The write of what changed in a call, if it is still as it was read; None as `due_at` takes it off the index."""
    old, new = _attributes(before), _attributes(after)
    changed = {name: value for name, value in new.items() if value != old[name] and value is not None}
    gone = [name for name, value in new.items() if value is None and old[name] is not None]
    if due_at is None:
        gone += ["due_shard", "due_at"]
    else:
        changed |= {"due_shard": shard(_FAMILY, after.call_id), "due_at": iso(due_at)}
    changed["version"] = before.version + 1
    return Update(
        *key(after.tenant_id, after.call_id), set=changed, remove=gone, condition=Attr("version").eq(before.version)
    )


def dialled(call: Call, carrier_call_id: str, due_at: datetime) -> list[Write]:
    """The writes of a dial that the carrier accepted. The carrier's events may be there before: only the dial's own
    attributes are set."""
    accepted = {"dial": DialState.ACCEPTED.value, "carrier_call_id": carrier_call_id}
    pk, sk = key(call.tenant_id, call.call_id)
    call_change = Update(pk, sk, set=accepted, add={"version": 1}, condition=Attr("dial").eq(DialState.INTENDED.value))
    return [call_change, session(call.carrier, carrier_call_id, call.tenant_id, call.call_id)]


def session(carrier: str, carrier_call_id: str, tenant_id: str, call_id: str, *, first: bool = False) -> Put:
    """The write that makes a call findable by its carrier's id; with `first` it fails when that is known already."""
    item = {"pk": _session_pk(carrier, carrier_call_id), "sk": "CALL", "kind": "session"}
    return Put(item | {"tenant_id": tenant_id, "call_id": call_id}, Absent if first else None)


def find_session(carrier: str, carrier_call_id: str) -> tuple[str, str] | None:
    """The tenant and call of a carrier's id, or None."""
    item = table.get(_session_pk(carrier, carrier_call_id), "CALL")
    return (item["tenant_id"], item["call_id"]) if item else None


def page(tenant_id: str, wanted: CallFilter, *, offset: int, limit: int) -> tuple[list[Call], int]:
    """Calls newest first, and how many match in all."""
    keys, where = _keys(tenant_id, wanted), _where(wanted)
    found: list[Call] = []
    for number, item in enumerate(table.query_all(keys, newest_first=True, where=where)):
        if number >= offset:
            found.append(from_item(item))
        if len(found) == limit:
            break
    return found, table.query_count(keys, where=where)


def due(moment: datetime) -> Iterator[Call]:
    """Calls that have been silent for too long, from every shard."""
    for name in shards(_FAMILY):
        condition = Key("due_shard").eq(name) & Key("due_at").lte(iso(moment))
        for item in table.query_index(condition, index=DUE_INDEX):
            if found := table.get(item["pk"], item["sk"]):
                yield from_item(found)


def from_item(item: Item) -> Call:
    """The call of an item or stream image."""
    times = {name: parse(item[name]) if item.get(name) else None for name in _TIMES}
    return Call(
        call_id=item["call_id"],
        tenant_id=item["tenant_id"],
        conversation_id=item["conversation_id"],
        customer_id=item["customer_id"],
        direction=item["direction"],
        from_number=item["from_number"],
        to_number=item["to_number"],
        carrier=item["carrier"],
        created_at=parse(item["created_at"]),
        agent_id=item.get("agent_id"),
        status=Status(item["status"]),
        dial=DialState(item["dial"]),
        carrier_call_id=item.get("carrier_call_id"),
        greeting=item.get("greeting"),
        recording_enabled=item["recording_enabled"],
        ringing_at=times["ringing_at"],
        answered_at=times["answered_at"],
        ended_at=times["ended_at"],
        outcome=Outcome(item["outcome"]) if item.get("outcome") else None,
        cause=item.get("cause"),
        talk_seconds=item.get("talk_seconds"),
        cost=Cost(**item["cost"]) if item.get("cost") else None,
        recording=_recording(item.get("recording")),
        notes=item.get("notes"),
        tags=item.get("tags", []),
        rating=item.get("rating"),
        version=item["version"],
    )


def _attributes(call: Call) -> dict[str, Any]:
    times = {name: getattr(call, name) for name in _TIMES}
    return {
        "call_id": call.call_id,
        "tenant_id": call.tenant_id,
        "conversation_id": call.conversation_id,
        "customer_id": call.customer_id,
        "direction": call.direction,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "carrier": call.carrier,
        "agent_id": call.agent_id,
        "status": call.status.value,
        "dial": call.dial.value,
        "carrier_call_id": call.carrier_call_id,
        "greeting": call.greeting,
        "recording_enabled": call.recording_enabled,
        "outcome": call.outcome.value if call.outcome else None,
        "cause": call.cause,
        "talk_seconds": call.talk_seconds,
        "cost": {"amount": call.cost.amount, "currency": call.cost.currency} if call.cost else None,
        "recording": _recording_item(call.recording),
        "notes": call.notes,
        "tags": call.tags,
        "rating": call.rating,
        "version": call.version,
        **{name: iso(moment) if moment else None for name, moment in times.items()},
    }


def _recording(item: Item | None) -> Recording | None:
    if not item:
        return None
    stored_at = parse(item["stored_at"]) if item.get("stored_at") else None
    state = RecordingState(item["state"])
    return Recording(state, item["source"], item.get("key"), item.get("content_type"), item.get("size"), stored_at)


def _recording_item(recording: Recording | None) -> Item | None:
    if recording is None:
        return None
    return {
        "state": recording.state.value,
        "source": recording.source,
        "key": recording.key,
        "content_type": recording.content_type,
        "size": recording.size,
        "stored_at": iso(recording.stored_at) if recording.stored_at else None,
    }


def _keys(tenant_id: str, wanted: CallFilter) -> Any:
    low = f"CALL#{earliest_id(wanted.start)}" if wanted.start else "CALL#"
    high = f"CALL#{earliest_id(wanted.end)}" if wanted.end else "CALL#~"
    return Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").between(low, max(low, high))


def _where(wanted: CallFilter) -> Any:
    properties: Sequence[str] = ("status", "direction", "agent_id", "customer_id")
    conditions = [Attr(name).eq(getattr(wanted, name)) for name in properties if getattr(wanted, name) is not None]
    where: Any = None
    for condition in conditions:
        where = condition if where is None else where & condition
    return where


def _session_pk(carrier: str, carrier_call_id: str) -> str:
    return f"SESSION#{carrier}#{carrier_call_id}"
