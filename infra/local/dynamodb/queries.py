"""A page of items: of a partition in the order of its sort key, or of a whole table."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.dynamodb.expressions import Asked as Function
from infra.local.dynamodb.expressions import Between, Both, Compared, Condition, Given, Path, Values
from infra.local.dynamodb.requests import Asked, Body, asked
from infra.local.dynamodb.tables import NO_KEYS, Entry, Item, Order, Schema, Span, Table, no_empty_key
from infra.local.dynamodb.values import INVALID, Attributes, Refused, accepted, kind_of, ordered

LARGEST_PAGE = 1024 * 1024
"""Bytes that are read for one page; what is filtered out counts."""
_CONDITION = "Query key condition not supported"


def query(table: Table, body: Body) -> dict[str, Any]:
    """A page of one partition. Raises Refused."""
    question = asked(body)
    order = _order(table, body)
    wanted = question.expressions.get("KeyConditionExpression")
    if wanted is None:
        raise Refused("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
    hash_key, span = _span(wanted, order.schema, question.values, table.types)
    if "FilterExpression" in question.expressions:
        _no_keys(question.expressions["FilterExpression"], order.schema)
    entries = order.partitions.get(hash_key, [])
    begin, end = span.within(entries)
    forward = body.get("ScanIndexForward", True)
    if start := body.get("ExclusiveStartKey"):
        within, last = _start(table, order, start)
        if within != hash_key:
            raise Refused("The provided starting key is outside query boundaries based on provided conditions")
        begin, end = _after(last, entries, begin, end, forward=forward)
    chosen = entries[begin:end] if forward else entries[begin:end][::-1]
    return _page(table, order, chosen, question, body)


def scan(table: Table, body: Body) -> dict[str, Any]:
    """A page of everything. Raises Refused."""
    question, order = asked(body), _order(table, body)
    places = [(hash_key, entry) for hash_key in sorted(order.partitions) for entry in order.partitions[hash_key]]
    if start := body.get("ExclusiveStartKey"):
        places = places[bisect_right(places, _start(table, order, start)) :]
    return _page(table, order, [entry for _, entry in places], question, body)


def _order(table: Table, body: Body) -> Order:
    name = body.get("IndexName")
    if name not in table.orders:
        raise Refused(f"The table does not have the specified index: {name}")
    if name is not None and body.get("ConsistentRead"):
        raise Refused("Consistent reads are not supported on global secondary indexes")
    if body.get("Limit", 1) < 1:
        raise Refused(
            f"1 validation error detected: Value '{body['Limit']}' at 'limit' failed to satisfy constraint: "
            "Member must have value greater than or equal to 1"
        )
    return table.orders[name]


def _span(wanted: Condition, schema: Schema, values: Values, types: Mapping[str, str]) -> tuple[Any, Span]:
    """The partition and what of it a key's condition lets through. Raises Refused."""
    parts = [wanted.left, wanted.right] if isinstance(wanted, Both) else [wanted]
    found = {}
    for part in parts:
        name, how, *given = _part(part)
        bounds = [values[one.name] for one in given]
        if name in schema.names and any(kind_of(bound) != types[name] for bound in bounds):
            raise Refused(f"{INVALID}Condition parameter type does not match schema type")
        if name in schema.names and any(bound in NO_KEYS for bound in bounds):
            raise Refused(no_empty_key(schema, name))
        span = Span(how, *map(ordered, bounds))
        if span.how == "BETWEEN" and span.low > span.high:
            raise Refused(
                "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal "
                "to lower bound"
            )
        if name in found:
            raise Refused("KeyConditionExpressions must only contain one condition per key")
        found[name] = span
    if schema.hash not in found:
        raise Refused(f"Query condition missed key schema element: {schema.hash}")
    first = found.pop(schema.hash)
    if first.how != "=":
        raise Refused(_CONDITION)
    if found and set(found) != {schema.range}:
        raise Refused(f"Query condition missed key schema element: {schema.range}" if schema.range else _CONDITION)
    return first.low, found.get(schema.range or "", Span())


def _part(part: Condition) -> tuple[str, str, *tuple[Given, ...]]:
    """The attribute of one condition, how it is bound, and by what."""
    match part:
        case Compared(how, Path((str(name),)), Given() as given) if how != "<>":
            return name, how, given
        case Between(Path((str(name),)), Given() as low, Given() as high):
            return name, "BETWEEN", low, high
        case Function("begins_with", Path((str(name),)), Given() as given):
            return name, "begins_with", given
        case _:
            raise Refused("Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression")


def _start(table: Table, order: Order, start: Mapping[str, Any]) -> tuple[Any, Entry]:
    """The partition and the place after which a page begins; what stood there may be gone. Raises Refused."""
    attributes = {name: accepted(value) for name, value in start.items()}
    types = {name: kind_of(value) for name, value in attributes.items()}
    if types != {name: table.types[name] for name in (*table.schema.names, *order.schema.names)}:
        raise Refused("The provided starting key is invalid")
    return order.place(attributes, table.key(attributes))


def _after(start: Entry, entries: list[Entry], begin: int, end: int, *, forward: bool) -> tuple[int, int]:
    if forward:
        return max(begin, bisect_right(entries, start)), end
    return begin, min(end, bisect_left(entries, start))


@dataclass(frozen=True)
class _Cut:
    """The entries of one page, and whether there may be more."""

    items: list[Item]
    last: Entry | None


def _cut(table: Table, chosen: list[Entry], limit: int | None) -> _Cut:
    items: list[Item] = []
    size = 0
    for entry in chosen:
        items.append(table.items[entry[1]])
        size += items[-1].size
        if len(items) == limit or size >= LARGEST_PAGE:
            return _Cut(items, entry)
    return _Cut(items, None)


def _page(table: Table, order: Order, chosen: list[Entry], question: Asked, body: Body) -> dict[str, Any]:
    cut = _cut(table, chosen, body.get("Limit"))
    wanted: Condition | None = question.expressions.get("FilterExpression")
    found = [_seen(item.attributes, table, order.schema) for item in cut.items]
    if wanted is not None:
        found = [attributes for attributes in found if wanted(attributes, question.values)]
    answer: dict[str, Any] = {"Count": len(found), "ScannedCount": len(cut.items)}
    if body.get("Select") != "COUNT":
        answer["Items"] = [question.projected(attributes) for attributes in found]
    if cut.last is not None:
        last = cut.items[-1].attributes
        answer["LastEvaluatedKey"] = {name: last[name] for name in (*table.schema.names, *order.schema.names)}
    return answer


def _seen(attributes: Attributes, table: Table, schema: Schema) -> Attributes:
    """What an index has of an item."""
    if schema.projected is None:
        return attributes
    names = schema.projected.union(table.schema.names, schema.names)
    return {name: value for name, value in attributes.items() if name in names}


def _no_keys(wanted: Any, schema: Schema) -> None:
    """A filter does not look at the key that the condition is for. Raises Refused."""
    if isinstance(wanted, Path):
        if wanted.steps[0] in schema.names:
            raise Refused(
                "Filter Expression can only contain non-primary key attributes: Primary key attribute: "
                f"{wanted.steps[0]}"
            )
        return
    parts = wanted if isinstance(wanted, tuple) else vars(wanted).values()
    for part in parts:
        if not isinstance(part, str | bool | None):
            _no_keys(part, schema)
