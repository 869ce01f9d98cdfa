"""A table's items: by key, in order, in its indexes, and its stream of what changed."""

import secrets
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from infra.local.dynamodb.values import INVALID, Attributes, Refused, Value, item_size, kind_of, ordered

Key = tuple[Any, Any]
"""An item's hash and range key, as they are ordered; the range key is None where the table has none."""
Entry = tuple[Any, Key]
"""An item's place in an order: what it is sorted by, and its key."""
LONGEST = {"hash": 2048, "range": 1024}
_sorted_by = itemgetter(0)
FIRST_RECORD = 1
NO_KEYS: tuple[Value, ...] = ({"S": ""}, {"B": ""})


@dataclass(frozen=True)
class Schema:
    """The key of a table or of an index, and which attributes an index has."""

    hash: str
    range: str | None = None
    index: str | None = None
    projected: frozenset[str] | None = None
    """None for all of them."""

    @property
    def names(self) -> tuple[str, ...]:
        """Its attributes."""
        return (self.hash,) if self.range is None else (self.hash, self.range)


class Item:
    """An item as it was at one time; its size is measured when it is first asked for."""

    def __init__(self, attributes: Attributes) -> None:
        self.attributes = attributes

    @cached_property
    def size(self) -> int:
        """Bytes."""
        return item_size(self.attributes)


class Order:
    """The items of a table or an index, by hash key, sorted by range key. An index lacks those without its key."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.partitions: dict[Any, list[Entry]] = {}

    def entry(self, attributes: Attributes, key: Key) -> tuple[Any, Entry] | None:
        """The partition and the place of an item; None for an item that is not here."""
        if any(name not in attributes for name in self.schema.names):
            return None
        return self.place(attributes, key)

    def place(self, attributes: Attributes, key: Key) -> tuple[Any, Entry]:
        """The partition and the place of an item that has the key."""
        after = ordered(attributes[self.schema.range]) if self.schema.range else ""
        return ordered(attributes[self.schema.hash]), (after, key)

    def replace(self, key: Key, before: Item | None, after: Item | None) -> None:
        """Move an item to its new place."""
        old = self.entry(before.attributes, key) if before is not None else None
        new = self.entry(after.attributes, key) if after is not None else None
        if old == new:
            return
        if old is not None:
            entries = self.partitions[old[0]]
            del entries[bisect_left(entries, old[1])]
            if not entries:
                del self.partitions[old[0]]
        if new is not None:
            insort(self.partitions.setdefault(new[0], []), new[1])


@dataclass
class Stream:
    """What changed, in order: records as Lambda hands them on, but for where they come from."""

    view: str
    records: list[dict[str, Any]] = field(default_factory=list)

    def add(self, key: Attributes, before: Item | None, after: Item | None, at: float) -> None:
        """Record one change; nothing changed is no change."""
        if before is not None and after is not None and before.attributes == after.attributes:
            return
        change: dict[str, Any] = {"ApproximateCreationDateTime": int(at), "Keys": dict(key)}
        size = item_size(key)
        if before is not None and self.view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["OldImage"] = before.attributes
            size += before.size
        if after is not None and self.view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES"):
            change["NewImage"] = after.attributes
            size += after.size
        change["SequenceNumber"] = f"{FIRST_RECORD + len(self.records):021d}"
        change["SizeBytes"] = size
        change["StreamViewType"] = self.view
        name = "INSERT" if before is None else "REMOVE" if after is None else "MODIFY"
        self.records.append({"eventID": secrets.token_hex(16), "eventName": name, "dynamodb": change})


class Table:
    """A table's items. What is put in is taken as it is: requests check it."""

    def __init__(
        self,
        name: str,
        schemas: list[Schema],
        types: Mapping[str, str],
        stream: Stream | None,
        now: Callable[[], float],
    ) -> None:
        self.name = name
        self.types = types
        """The type's letter of each attribute in a key."""
        self.stream = stream
        self.items: dict[Key, Item] = {}
        self.orders = {schema.index: Order(schema) for schema in schemas}
        """The table's own under None, the indexes' under their names."""
        self.schema = self.orders[None].schema
        self._now = now

    def key(self, attributes: Attributes) -> Key:
        """The key in an item's attributes, or in no others."""
        schema = self.schema
        return ordered(attributes[schema.hash]), ordered(attributes[schema.range]) if schema.range else None

    def key_of(self, attributes: Mapping[str, Any]) -> dict[str, Value]:
        """The key's attributes."""
        return {name: attributes[name] for name in self.schema.names}

    def get(self, key: Key) -> Item | None:
        """The item under a key."""
        return self.items.get(key)

    def put(self, item: Item, *, told: bool = True) -> None:
        """Put an item in the place of what was there; `told` is whether the stream is."""
        self._replace(self.key(item.attributes), item, told=told)

    def delete(self, key: Key) -> None:
        """Take an item away."""
        self._replace(key, None, told=True)

    def _replace(self, key: Key, after: Item | None, *, told: bool) -> None:
        before = self.items.get(key)
        present = after or before
        if present is None:
            return
        for order in self.orders.values():
            order.replace(key, before, after)
        if after is None:
            del self.items[key]
        else:
            self.items[key] = after
        if told and self.stream is not None:
            self.stream.add(self.key_of(present.attributes), before, after, self._now())

    def clear(self) -> None:
        """Empty it, as if nothing had ever been in it."""
        self.items.clear()
        for order in self.orders.values():
            order.partitions.clear()
        if self.stream is not None:
            self.stream.records.clear()

    def check_keys(self, attributes: Attributes) -> None:
        """An item's own key and those of indexes have their types, and some length. Raises Refused."""
        for name in self.schema.names:
            if name not in attributes:
                raise Refused(f"{INVALID}Missing the key {name} in the item")
        for order in self.orders.values():
            for name in order.schema.names:
                if name in attributes:
                    self._check_key(order.schema, name, attributes[name])

    def check_key(self, key: Attributes) -> None:
        """A key is the table's, whole and alone. Raises Refused."""
        if sorted(key) != sorted(self.schema.names) or any(kind_of(key[name]) != self.types[name] for name in key):
            raise Refused("The provided key element does not match the schema")
        for name in key:
            self._check_key(self.schema, name, key[name])

    def _check_key(self, schema: Schema, name: str, value: Value) -> None:
        if schema.index is not None and name in self.schema.names:
            return
        ((kind, content),) = value.items()
        if kind != self.types[name]:
            if schema.index is None:
                raise Refused(f"{INVALID}Type mismatch for key {name} expected: {self.types[name]} actual: {kind}")
            raise Refused(
                f"{INVALID}Type mismatch for Index Key {name} Expected: {self.types[name]} Actual: {kind} "
                f"IndexName: {schema.index}"
            )
        if content == "":
            raise Refused(no_empty_key(schema, name))
        part = "hash" if name == schema.hash else "range"
        if item_size({"": value}) > LONGEST[part]:
            raise Refused(f"{INVALID}Size of {part}key has exceeded the maximum size limit of{LONGEST[part]} bytes")


def no_empty_key(schema: Schema, name: str) -> str:
    """Why a key is not empty."""
    if schema.index is None:
        return (
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an "
            f"empty string value. Key: {name}"
        )
    return (
        "One or more parameter values are not valid. A value specified for a secondary index key is not supported. "
        f"The AttributeValue for a key attribute cannot contain an empty string value. IndexName: {schema.index}, "
        f"IndexKey: {name}"
    )


@dataclass(frozen=True)
class Span:
    """Which of a partition's entries a query looks at: what the condition on the sort key lets through."""

    how: str = ""
    low: Any = None
    high: Any = None

    def within(self, entries: list[Entry]) -> tuple[int, int]:
        """The first entry, and the one after the last."""
        begin, end = 0, len(entries)
        if self.how in (">=", "=", "BETWEEN", "begins_with"):
            begin = bisect_left(entries, self.low, key=_sorted_by)
        if self.how == ">":
            begin = bisect_right(entries, self.low, key=_sorted_by)
        if self.how in ("<=", "=", "BETWEEN"):
            end = bisect_right(entries, self.low if self.how != "BETWEEN" else self.high, key=_sorted_by)
        if self.how == "<":
            end = bisect_left(entries, self.low, key=_sorted_by)
        if self.how == "begins_with":
            end = begin + bisect_left(entries[begin:], 1, key=lambda entry: not entry[0].startswith(self.low))
        return begin, max(begin, end)
