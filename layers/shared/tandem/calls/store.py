"""Calls in the table: `TENANT#<t>` / `CALL#<uuid7>`, so that a span of time is a range of keys.

A carrier's id leads to its call through `SESSION#<carrier>#<id>`. A call that is not over is on the due index.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, Item, Key, Put, Update, Write
from tandem.calls.flow import Flow, Stage
from tandem.calls.models import Call, DialState, Recording, RecordingState, Status
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


def made_between(tenant_id: str, start: datetime, end: datetime) -> Iterator[Call]:
    """The calls made in [start, end), oldest first, as they stand now."""
    pk, low = key(tenant_id, earliest_id(start))
    _, high = key(tenant_id, earliest_id(end))
    for item in table.query_all(Key("pk").eq(pk) & Key("sk").between(low, high), consistent=True):
        if item["sk"] != high:  # the earliest id there can be is outside
            yield from_item(item)


def get_many(tenant_id: str, call_ids: Sequence[str]) -> list[Call]:
    """Those of the calls that are there, in this order."""
    items = table.get_many([key(tenant_id, each) for each in call_ids]) if call_ids else []
    return [from_item(item) for item in items if item]


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


def dialled(call: Call, carrier_call_id: str) -> list[Write]:
    """The writes of a dial that the carrier accepted. The carrier's events may be there before: only the dial's own
    attributes are set, and when the call is to be looked at stays."""
    accepted = {"dial": DialState.ACCEPTED.value, "carrier_call_id": carrier_call_id}
    pk, sk = key(call.tenant_id, call.call_id)
    call_change = Update(pk, sk, set=accepted, add={"version": 1}, condition=Attr("dial").eq(DialState.INTENDED.value))
    return [call_change, session(call.carrier, carrier_call_id, call.tenant_id, call.call_id)]


def of_task(call: Call) -> list[Write]:
    """The write that makes a call findable by the task that it is for."""
    if call.task_id is None:
        return []
    sk = f"TASK_CALL#{call.task_id}#{call.call_id}"
    return [Put({"pk": f"TENANT#{call.tenant_id}", "sk": sk, "kind": "task_call", "call_id": call.call_id})]


def calls_of_task(tenant_id: str, task_id: str) -> list[Call]:
    """All calls that were made for a task, newest first."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(f"TASK_CALL#{task_id}#")
    ids = [item["call_id"] for item in table.query_all(condition, newest_first=True, consistent=True)]
    spans = [ids[start : start + 100] for start in range(0, len(ids), 100)]
    items = [item for some in spans for item in table.get_many([key(tenant_id, each) for each in some])]
    return [from_item(item) for item in items if item]


def session(carrier: str, carrier_call_id: str, tenant_id: str, call_id: str, *, first: bool = False) -> Put:
    """The write that makes a call findable by its carrier's id; with `first` it fails when that is known already."""
    item = {"pk": _session_pk(carrier, carrier_call_id), "sk": "CALL", "kind": "session"}
    return Put(item | {"tenant_id": tenant_id, "call_id": call_id}, Absent if first else None)


def find_session(carrier: str, carrier_call_id: str) -> tuple[str, str] | None:
    """The tenant and call of a carrier's id, or None."""
    item = table.get(_session_pk(carrier, carrier_call_id), "CALL")
    return (item["tenant_id"], item["call_id"]) if item else None


def partitions(tenant_id: str, agent_id: str | None, customer_id: str | None, status: str | None) -> dict[str, str]:
    """The partitions of the indexes that a call is in, or calls of this agent, customer or status are."""
    values = {"agent": agent_id, "customer": customer_id, "status": status}
    return {f"of_{n}": f"TENANT#{tenant_id}#{n.upper()}#{value}" for n, value in values.items() if value is not None}


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
        assistant_id=item.get("assistant_id"),
        task_id=item.get("task_id"),
        dial=DialState(item["dial"]),
        carrier_call_id=item.get("carrier_call_id"),
        greeting=item.get("greeting"),
        recording_enabled=item["recording_enabled"],
        transcription_enabled=item.get("transcription_enabled", False),
        ringing_at=times["ringing_at"],
        told_answered_at=times["answered_at"],
        ended_at=times["ended_at"],
        end_assumed=item.get("end_assumed", False),
        closed_as=Status(item["closed_as"]) if item.get("closed_as") else None,
        told_outcome=Outcome(item["outcome"]) if item.get("outcome") else None,
        told_cause=item.get("cause"),
        talk_seconds=item.get("talk_seconds"),
        cost=Cost(**item["cost"]) if item.get("cost") else None,
        recording=_recording(item.get("recording")),
        flow=_flow(item.get("flow")),
        leg_answered=item.get("leg_answered"),
        notes=item.get("notes"),
        tags=item.get("tags", []),
        rating=item.get("rating"),
        version=item["version"],
    )


def _attributes(call: Call) -> dict[str, Any]:
    """The facts, raw, and the status that follows from them, since lists and counts go by it."""
    times = dict(zip(_TIMES, (call.created_at, call.ringing_at, call.told_answered_at, call.ended_at), strict=True))
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
        "assistant_id": call.assistant_id,
        "task_id": call.task_id,
        "status": call.status.value,
        "dial": call.dial.value,
        "carrier_call_id": call.carrier_call_id,
        "greeting": call.greeting,
        "recording_enabled": call.recording_enabled,
        "transcription_enabled": call.transcription_enabled or None,
        "outcome": call.told_outcome.value if call.told_outcome else None,
        "cause": call.told_cause,
        "closed_as": call.closed_as.value if call.closed_as else None,
        "end_assumed": call.end_assumed or None,
        "talk_seconds": call.talk_seconds,
        "cost": {"amount": call.cost.amount, "currency": call.cost.currency} if call.cost else None,
        "recording": _recording_item(call.recording),
        "flow": _flow_item(call.flow),
        "leg_answered": call.leg_answered,
        "notes": call.notes,
        "tags": call.tags,
        "rating": call.rating,
        "version": call.version,
        **{name: iso(moment) if moment else None for name, moment in times.items()},
        "of_agent": None,
        **partitions(call.tenant_id, call.agent_id, call.customer_id, call.status.value),
    }


def _flow(item: Item | None) -> Flow | None:
    if not item:
        return None
    since = parse(item["waiting_since"]) if item.get("waiting_since") else None
    said = tuple(item.get("said", ()))
    return Flow(**{**item, "stage": Stage(item["stage"]), "said": said, "waiting_since": since})


def _flow_item(flow: Flow | None) -> Item | None:
    if flow is None:
        return None
    since = iso(flow.waiting_since) if flow.waiting_since else None
    return {**asdict(flow), "stage": flow.stage.value, "said": list(flow.said), "waiting_since": since}


def _recording(item: Item | None) -> Recording | None:
    if not item:
        return None
    return Recording(
        state=RecordingState(item["state"]),
        source=item["source"],
        key=item.get("key"),
        content_type=item.get("content_type"),
        size=item.get("size"),
        stored_at=parse(item["stored_at"]) if item.get("stored_at") else None,
        deleted_at=parse(item["deleted_at"]) if item.get("deleted_at") else None,
        erasing=item.get("erasing", False),
    )


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
        "deleted_at": iso(recording.deleted_at) if recording.deleted_at else None,
        "erasing": recording.erasing,
    }


def _session_pk(carrier: str, carrier_call_id: str) -> str:
    return f"SESSION#{carrier}#{carrier_call_id}"
