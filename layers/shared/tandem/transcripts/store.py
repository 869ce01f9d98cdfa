"""Transcripts in the table: `TENANT#<t>` / `TRANSCRIPT#<call>`, with turns `TURN#<call>#…` and `TOOL_CALL#<call>#…`.

Calls' ids sort by time, so the transcripts of a span are a range of keys. Every write is against the header's revision.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tandem.aws import table
from tandem.aws.table import Absent, Attr, Item, Key, Put, Write
from tandem.clock import iso, parse
from tandem.ids import derived_id, earliest_id
from tandem.transcripts import jobs
from tandem.transcripts.models import Header, Held, Role, Sentiment, ToolCall, Turn

_TURN, _TOOL = "TURN#", "TOOL_CALL#"


def key(tenant_id: str, call_id: str) -> tuple[str, str]:
    """The key of a transcript's header."""
    return f"TENANT#{tenant_id}", f"TRANSCRIPT#{call_id}"


def get(tenant_id: str, call_id: str) -> Header | None:
    """A transcript's header, or None."""
    item = table.get(*key(tenant_id, call_id))
    return _header(item) if item else None


def parts(tenant_id: str, call_id: str, turn_ids: Sequence[str], tool_ids: Sequence[str]) -> Held:
    """The header, and these turns and tools, as far as they are there: together at most 99."""
    header, *rest = table.get_many(
        [
            key(tenant_id, call_id),
            *(_part_key(tenant_id, call_id, _TURN, each) for each in turn_ids),
            *(_part_key(tenant_id, call_id, _TOOL, each) for each in tool_ids),
        ]
    )
    return _held(header, [item for item in rest if item])


def whole(tenant_id: str, call_id: str) -> Held:
    """All of a transcript. The header is read first: a write made meanwhile fails against its revision."""
    header = table.get(*key(tenant_id, call_id))
    if header is None:
        return Held()
    items = [*_items(tenant_id, call_id, _TURN), *_items(tenant_id, call_id, _TOOL)]
    return _held(header, items)


def turns(tenant_id: str, call_id: str) -> list[Turn]:
    """The turns of a call."""
    return [_turn(item) for item in _items(tenant_id, call_id, _TURN) if not item.get("gone")]


def headers(tenant_id: str, start: datetime, end: datetime) -> Iterator[tuple[str, Header]]:
    """The headers of calls made in [start, end), with the calls' ids."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").between(
        f"TRANSCRIPT#{earliest_id(start)}", f"TRANSCRIPT#{earliest_id(end)}"
    )
    for item in table.query_all(condition, consistent=True):
        yield item["call_id"], _header(item)


def from_item(item: Item) -> Header:
    """The header of an item or stream image."""
    return _header(item)


def header_write(tenant_id: str, call_id: str, before: Header | None, after: Header, due: datetime) -> Put:
    """The write of a header, if it is still as it was read; to be looked at when `due`, unless it is finished."""
    pk, sk = key(tenant_id, call_id)
    item = {
        "pk": pk,
        "sk": sk,
        "kind": "transcript",
        "tenant_id": tenant_id,
        "call_id": call_id,
        "source": after.source,
        "revision": (before.revision if before else 0) + 1,
        "sequence": after.sequence,
        "tools": after.tools,
        "tools_succeeded": after.tools_succeeded,
        "sentiment": after.sentiment.value if after.sentiment else None,
        "finished_at": iso(after.finished_at) if after.finished_at else None,
        "version": after.version,
        "whole": after.whole,
        **({} if after.finished_at else jobs.due_at(call_id, due)),
    }
    return Put(item, Attr("revision").eq(before.revision) if before else Absent)


def content_writes(tenant_id: str, call_id: str, before: Held, after: Held) -> list[Write]:
    """The writes of turns and tools that changed or went."""
    put_turns = [turn for name, turn in after.turns.items() if before.turns.get(name) != turn]
    put_tools = [tool for name, tool in after.tools.items() if before.tools.get(name) != tool]
    gone = [_turn_item(tenant_id, call_id, turn) for name, turn in before.turns.items() if name not in after.turns]
    gone += [_tool_item(tenant_id, call_id, tool) for name, tool in before.tools.items() if name not in after.tools]
    return [
        *(Put(_turn_item(tenant_id, call_id, turn)) for turn in put_turns),
        *(Put(_tool_item(tenant_id, call_id, tool)) for tool in put_tools),
        # Not deleted: who hears conversations need not be allowed to remove anything.
        *(Put(item | {"gone": True}) for item in gone),
    ]


def _items(tenant_id: str, call_id: str, kind: str) -> Iterator[Item]:
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(f"{kind}{call_id}#")
    return table.query_all(condition, consistent=True)


def _part_key(tenant_id: str, call_id: str, kind: str, name: str) -> tuple[str, str]:
    """A provider's id may be any text; in a key stands what follows from it."""
    return f"TENANT#{tenant_id}", f"{kind}{call_id}#{derived_id(name)}"


def _held(header: Item | None, items: Sequence[Item]) -> Held:
    there = [item for item in items if not item.get("gone")]
    return Held(
        _header(header) if header else None,
        {item["turn_id"]: _turn(item) for item in there if item["kind"] == "turn"},
        {item["tool_call_id"]: _tool(item) for item in there if item["kind"] == "tool_call"},
    )


def _header(item: Item) -> Header:
    return Header(
        source=item["source"],
        revision=item["revision"],
        sequence=item["sequence"],
        tools=item["tools"],
        tools_succeeded=item["tools_succeeded"],
        sentiment=Sentiment(item["sentiment"]) if item.get("sentiment") else None,
        finished_at=parse(item["finished_at"]) if item.get("finished_at") else None,
        version=item["version"],
        whole=item["whole"],
    )


def _turn(item: Item) -> Turn:
    return Turn(
        turn_id=item["turn_id"],
        role=Role(item["role"]),
        text=item["text"],
        start=float(item["start"]),
        end=None if item.get("end") is None else float(item["end"]),
        final=item["final"],
        sequence=item["sequence"],
    )


def _turn_item(tenant_id: str, call_id: str, turn: Turn) -> Item:
    pk, sk = _part_key(tenant_id, call_id, _TURN, turn.turn_id)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "turn",
        "tenant_id": tenant_id,
        "call_id": call_id,
        "turn_id": turn.turn_id,
        "role": turn.role.value,
        "text": turn.text,
        "start": turn.start,
        "end": turn.end,
        "final": turn.final,
        "sequence": turn.sequence,
    }


def _tool(item: Item) -> ToolCall:
    return ToolCall(
        tool_call_id=item["tool_call_id"],
        name=item["name"],
        arguments=item["arguments"],
        succeeded=item.get("succeeded"),
        at=float(item["at"]),
    )


def _tool_item(tenant_id: str, call_id: str, tool: ToolCall) -> Item:
    pk, sk = _part_key(tenant_id, call_id, _TOOL, tool.tool_call_id)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "tool_call",
        "tenant_id": tenant_id,
        "call_id": call_id,
        "tool_call_id": tool.tool_call_id,
        "name": tool.name,
        "arguments": tool.arguments,
        "succeeded": tool.succeeded,
        "at": tool.at,
    }
