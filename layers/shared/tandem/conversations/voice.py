"""Conversations that are spoken: which calls belong to one, and how the latest of them stands.

`TENANT#<t>` / `VOICE#<conversation>` is written in the transactions of the calls, so that lists are exact at once;
`COUNT#VOICE#<shard>` counts them by status.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal

from tandem.aws import table
from tandem.aws.table import STATUS_INDEX, Absent, Attr, Delete, Item, Key, Put, Update, Write
from tandem.records import record
from tandem.shards import shard, shards

VoiceStatus = Literal["active", "completed", "failed"]

MOST_CALLS = 50
"""Calls of a conversation that are remembered, the newest."""

_COUNTED = "VOICE"


@record
class Voice:
    """A spoken conversation: its calls, the newest first, and the status of that one."""

    tenant_id: str
    conversation_id: str
    calls: tuple[str, ...]
    status: VoiceStatus
    version: int = 1


def key(tenant_id: str, conversation_id: str) -> tuple[str, str]:
    """What to read to know the calls of a conversation."""
    return f"TENANT#{tenant_id}", f"VOICE#{conversation_id}"


def get(tenant_id: str, conversation_id: str) -> Voice | None:
    """The calls of a conversation; None where nobody spoke."""
    item = table.get(*key(tenant_id, conversation_id))
    return from_item(item) if item else None


def page(tenant_id: str, status: VoiceStatus | None, *, offset: int, limit: int) -> tuple[list[Voice], int]:
    """Spoken conversations, the newest first, and how many there are."""
    total = sum(number for name, number in _counts(tenant_id).items() if status in (None, name))
    if offset >= total:
        return [], total
    found = list(islice(_items(tenant_id, status, offset + limit), offset, offset + limit))
    if status is None:
        return [from_item(item) for item in found], total
    whole = table.get_many([(item["pk"], item["sk"]) for item in found]) if found else []
    voices = [from_item(item) for item in whole if item]
    return [voice for voice in voices if voice.status == status], total  # the index may lag behind


def called(before: Voice | None, tenant_id: str, conversation_id: str, call_id: str) -> list[Write]:
    """The writes of a new call in a conversation, of which `before` was read."""
    calls = (call_id, *(before.calls if before else ()))[:MOST_CALLS]
    return _writes(before, Voice(tenant_id, conversation_id, calls, "active", before.version + 1 if before else 1))


def ended(before: Voice, status: VoiceStatus) -> list[Write]:
    """The writes of the end of a conversation's newest call."""
    return _writes(before, replace(before, status=status, version=before.version + 1))


def removing(before: Voice) -> list[Write]:
    """The writes that forget which calls belong to a conversation that goes."""
    pk, sk = key(before.tenant_id, before.conversation_id)
    return [Delete(pk, sk, Attr("version").eq(before.version)), _count(before, {before.status: -1})]


def from_item(item: Item) -> Voice:
    """The spoken conversation of an item."""
    return Voice(
        tenant_id=item["pk"].partition("#")[2],
        conversation_id=item["sk"].partition("#")[2],
        calls=tuple(item["calls"]),
        status=item["status"],
        version=item["version"],
    )


def _writes(before: Voice | None, after: Voice) -> list[Write]:
    pk, sk = key(after.tenant_id, after.conversation_id)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "voice_conversation",
        "calls": list(after.calls),
        "status": after.status,
        "version": after.version,
        "of_status": _partition(after.tenant_id, after.status),
    }
    writes: list[Write] = [Put(item, Attr("version").eq(before.version) if before else Absent)]
    if before is None or before.status != after.status:
        changes = {after.status: 1} | ({before.status: -1} if before else {})
        writes.append(_count(after, changes))
    return writes


def _count(voice: Voice, changes: dict[VoiceStatus, int]) -> Update:
    name = shard(_COUNTED, voice.conversation_id)
    add = {f"status={status}": number for status, number in changes.items()}
    return Update(f"TENANT#{voice.tenant_id}", f"COUNT#{name}", set={"kind": "count"}, add=add)


def _counts(tenant_id: str) -> dict[str, int]:
    items = table.get_many([(f"TENANT#{tenant_id}", f"COUNT#{name}") for name in shards(_COUNTED)])
    counts: dict[str, int] = {}
    for item in items:
        for name, number in (item or {}).items():
            if name.startswith("status="):
                status = name.partition("=")[2]
                counts[status] = counts.get(status, 0) + number
    return counts


def _items(tenant_id: str, status: VoiceStatus | None, number: int) -> Sequence[Item]:
    if status is None:
        mine = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with("VOICE#")
        return list(islice(table.query_all(mine, newest_first=True, consistent=True), number))
    found: list[Item] = []
    start_key = None
    condition = Key("of_status").eq(_partition(tenant_id, status))
    while len(found) < number:
        page = table.query(
            condition, index=STATUS_INDEX, newest_first=True, limit=number - len(found), start_key=start_key
        )
        found += page.items
        if (start_key := page.next_key) is None:
            break
    return found


def _partition(tenant_id: str, status: VoiceStatus) -> str:
    return f"TENANT#{tenant_id}#VOICE#{status}"
