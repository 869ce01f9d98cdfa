"""What DynamoDB is asked about items, and what it answers; what it would refuse is refused, in its own words."""

import functools
import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.dynamodb import updates
from infra.local.dynamodb.expressions import Condition, Path, Reader, Values, condition, projection
from infra.local.dynamodb.tables import Item, Table
from infra.local.dynamodb.updates import Action, update
from infra.local.dynamodb.values import Attributes, Refused, Value, accepted

Body = Mapping[str, Any]
LARGEST_ITEM = 400 * 1024
LONGEST_EXPRESSION = 4 * 1024
"""Bytes: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html"""
_READERS: dict[str, Callable[[Reader], Any]] = {
    "KeyConditionExpression": condition,
    "FilterExpression": condition,
    "ConditionExpression": condition,
    "UpdateExpression": update,
    "ProjectionExpression": projection,
}
_NAMES, _VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
FAILED = "The conditional request failed"


@functools.lru_cache(4000)
def _read(what: str, text: str, names: tuple[tuple[str, str], ...]) -> tuple[Any, frozenset[str], frozenset[str]]:
    """What an expression says, and the names and values that it uses."""
    if (size := len(text.encode())) > LONGEST_EXPRESSION:
        why = f"Expression size has exceeded the maximum allowed size; expression size: {size}"
        raise Refused(f"Invalid {what}: {why}")
    reader = Reader(what, text, dict(names))
    found = _READERS[what](reader)
    reader.finish()
    return found, frozenset(reader.names_used), frozenset(reader.values_used)


@dataclass
class Asked:
    """One question's expressions, understood and checked."""

    expressions: Mapping[str, Any]
    values: Values

    @property
    def condition(self) -> Condition | None:
        """What must hold for the write."""
        return self.expressions.get("ConditionExpression")

    def holds(self, item: Item | None) -> bool:
        """Whether the condition does."""
        return self.condition is None or self.condition(item.attributes if item else {}, self.values)

    def projected(self, attributes: Attributes) -> Attributes:
        """What is wanted of an item."""
        paths = self.expressions.get("ProjectionExpression")
        return attributes if paths is None else projected(attributes, paths)


def asked(body: Body) -> Asked:
    """The expressions of a request or of a part of one. Raises Refused."""
    names, values = body.get(_NAMES) or {}, body.get(_VALUES) or {}
    given = {what: body[what] for what in _READERS if body.get(what) is not None}
    for kind in (_NAMES, _VALUES):
        if body.get(kind) == {}:
            raise Refused(f"{kind} must not be empty")
    found, used = {}, {_NAMES: set[str](), _VALUES: set[str]()}
    for what, text in given.items():
        found[what], names_used, values_used = _read(what, text, tuple(names.items()))
        for missing in sorted(values_used - values.keys()):
            why = f"An expression attribute value used in expression is not defined; attribute value: {missing}"
            raise Refused(f"Invalid {what}: {why}")
        used[_NAMES] |= names_used
        used[_VALUES] |= values_used
    for kind, whole in ((_NAMES, names), (_VALUES, values)):
        if whole and not given:
            raise Refused(f"{kind} can only be specified when using expressions")
        if unused := sorted(whole.keys() - used[kind]):
            raise Refused(f"Value provided in {kind} unused in expressions: keys: {{{', '.join(unused)}}}")
    return Asked(found, {name: accepted(value) for name, value in values.items()})


def projected(attributes: Attributes, paths: Collection[Path]) -> dict[str, Value]:
    """The parts of an item that stand at these places."""
    found: dict[str, Any] = {}
    for path in paths:
        value = path(attributes, {})
        if value is not None:
            _place(found, path.steps, value)
    return {name: _closed(part) for name, part in found.items()}


def _place(found: dict[Any, Any], steps: tuple[str | int, ...], value: Value) -> None:
    step, *rest = steps
    if rest:
        _place(found.setdefault(step, {}), tuple(rest), value)
    else:
        found[step] = _Whole(value)


@dataclass(frozen=True)
class _Whole:
    value: Value


def _closed(part: Any) -> Value:
    """A map or a list of what was taken out of one; a list closes its gaps."""
    if isinstance(part, _Whole):
        return part.value
    if all(isinstance(step, int) for step in part):
        return {"L": [_closed(part[step]) for step in sorted(part)]}
    return {"M": {name: _closed(inner) for name, inner in part.items()}}


@dataclass(frozen=True)
class Write:
    """One write, decided and not yet done: what was there, and what is to be. None as `after` takes the item away."""

    table: Table
    key: Any
    before: Item | None
    after: Item | None
    changes: bool = True

    def do(self) -> None:
        """Do it."""
        if not self.changes:
            return
        if self.after is None:
            self.table.delete(self.key)
        else:
            self.table.put(self.after)


class ConditionFailed(Refused):
    """A condition did not hold."""

    def __init__(self, body: Body, item: Item | None) -> None:
        wanted = body.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and item is not None
        more = {"Item": item.attributes} if wanted and item is not None else {}
        super().__init__(FAILED, "ConditionalCheckFailedException", **more)


def put(table: Table, body: Body) -> Write:
    """Decide on a Put. Raises Refused."""
    question = asked(body)
    item = Item({name: accepted(value) for name, value in body["Item"].items()})
    table.check_keys(item.attributes)
    key = table.key(item.attributes)
    before = table.get(key)
    if not question.holds(before):
        raise ConditionFailed(body, before)
    if item.size > LARGEST_ITEM:
        raise Refused("Item size has exceeded the maximum allowed size")
    return Write(table, key, before, item)


def delete(table: Table, body: Body) -> Write:
    """Decide on a Delete. Raises Refused."""
    question, key = asked(body), _key(table, body)
    before = table.get(key)
    if not question.holds(before):
        raise ConditionFailed(body, before)
    return Write(table, key, before, None)


def check(table: Table, body: Body) -> Write:
    """Decide on a ConditionCheck. Raises Refused."""
    write = delete(table, body)
    return Write(table, write.key, write.before, None, changes=False)


def change(table: Table, body: Body) -> Write:
    """Decide on an Update. Raises Refused."""
    question, key = asked(body), _key(table, body)
    actions: tuple[Action, ...] = question.expressions.get("UpdateExpression", ())
    updates.no_keys(actions, table.schema.names)
    before = table.get(key)
    if not question.holds(before):
        raise ConditionFailed(body, before)
    present = before.attributes if before is not None else {n: accepted(v) for n, v in body["Key"].items()}
    after = Item(updates.updated(actions, present, question.values))
    table.check_keys(after.attributes)
    if after.size > LARGEST_ITEM:
        raise updates.NotOfThisItem("Item size to update has exceeded the maximum allowed size")
    return Write(table, key, before, after)


def _key(table: Table, body: Body) -> Any:
    key = {name: accepted(value) for name, value in body["Key"].items()}
    table.check_key(key)
    return table.key(key)


DECIDE: dict[str, Callable[[Table, Body], Write]] = {
    "Put": put,
    "Update": change,
    "Delete": delete,
    "ConditionCheck": check,
}


def returned(write: Write, body: Body) -> dict[str, Any]:
    """The answer to one write: what of the item was asked for."""
    wanted = body.get("ReturnValues") or "NONE"
    item = write.before if wanted.endswith("OLD") else write.after if wanted.endswith("NEW") else None
    found = item.attributes if item is not None else {}
    if wanted.startswith("UPDATED"):
        actions: Collection[Action] = asked(body).expressions.get("UpdateExpression", ())
        found = projected(found, [action.path for action in actions])
    return {"Attributes": found} if found else {}


class Transactions:
    """All of several writes, or none; once for each token in ten minutes."""

    TOKEN_LIFE = 600.0
    MOST = 100

    def __init__(self, tables: Callable[[str], Table], now: Callable[[], float]) -> None:
        self._tables = tables
        self._now = now
        self._tokens: dict[str, tuple[float, bytes]] = {}  # the oldest first

    def forget(self) -> None:
        """No transaction was made yet."""
        self._tokens.clear()

    def write(self, body: Body) -> dict[str, Any]:
        """Do all, or raise Refused with the reason of each."""
        token = body.get("ClientRequestToken")
        whole = hashlib.sha256(json.dumps(body["TransactItems"], sort_keys=True).encode()).digest()
        if token and self._known(token, whole):
            return {}
        for write in self._decided(body["TransactItems"]):
            write.do()
        if token:
            self._tokens[token] = (self._now() + self.TOKEN_LIFE, whole)
        return {}

    def _known(self, token: str, whole: bytes) -> bool:
        """Whether this was done already. Raises Refused for a token that came with something else."""
        while self._tokens and next(iter(self._tokens.values()))[0] <= self._now():
            del self._tokens[next(iter(self._tokens))]
        if token not in self._tokens:
            return False
        if self._tokens[token][1] != whole:
            raise Refused(
                "The request uses the same client token as a previous, but non-identical request.",
                "IdempotentParameterMismatchException",
            )
        return True

    def _decided(self, entries: list[Mapping[str, Body]]) -> list[Write]:
        too_many(entries, "transactItems", self.MOST)
        parts = [only(entry) for entry in entries]
        places = [self._place(part) for _, part in parts]
        if len(set(places)) < len(places):
            raise Refused("Transaction request cannot include multiple operations on one item")
        writes: list[Write] = []
        reasons: list[dict[str, Any]] = []
        for kind, part in parts:
            try:
                writes.append(DECIDE[kind](self._tables(part["TableName"]), part))
            except ConditionFailed as failed:
                reasons.append({"Code": "ConditionalCheckFailed", "Message": FAILED, **failed.more})
            except updates.NotOfThisItem as impossible:
                reasons.append({"Code": "ValidationError", "Message": impossible.message})
            else:
                reasons.append({"Code": "None"})
        if len(writes) < len(parts):
            codes = ", ".join(reason["Code"] for reason in reasons)
            raise Refused(
                f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
                "TransactionCanceledException",
                CancellationReasons=reasons,
            )
        return writes

    def _place(self, part: Body) -> tuple[str, Any]:
        table = self._tables(part["TableName"])
        if "Item" not in part:
            return table.name, _key(table, part)
        table.check_keys(part["Item"])
        return table.name, table.key(part["Item"])


def only(entry: Mapping[str, Body]) -> tuple[str, Body]:
    """The one thing that a part of a request asks for. Raises Refused."""
    if len(entry) != 1:
        raise Refused("A part of a request can only contain one of Check, Put, Update, Delete or Get")
    ((kind, part),) = entry.items()
    return kind, part


def too_many(entries: Collection[Any], name: str, most: int) -> None:
    """A request takes a number of parts. Raises Refused."""
    if not 1 <= len(entries) <= most:
        raise Refused(
            f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must have length "
            f"less than or equal to {most}, Member must have length greater than or equal to 1"
        )
