"""Update expressions: what an item becomes. All that they read is the item as it was.

The grammar is the one of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
"""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any

from infra.local.dynamodb.expressions import Operand, Path, Reader, Steps, Values
from infra.local.dynamodb.values import INVALID, SETS, WIDE, Attributes, Refused, Value, accepted, kind_of, written

_ABSENT = "The provided expression refers to an attribute that does not exist in the item"
_NO_PLACE = "The document path provided in the update expression is invalid for update"
_WRONG_TYPE = "An operand in the update expression has an incorrect data type"
CLAUSES = ("SET", "REMOVE", "ADD", "DELETE")


class NotOfThisItem(Refused):
    """The update is right by itself, and wrong for the item that is there."""


@dataclass(frozen=True)
class Unless:
    """`if_not_exists(path, operand)`."""

    path: Path
    otherwise: "Source"

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """What is there, or else the other."""
        found = self.path(item, values)
        return self.otherwise(item, values) if found is None else found


@dataclass(frozen=True)
class Appended:
    """`list_append(operand, operand)`."""

    left: "Source"
    right: "Source"

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """One list. Raises Refused."""
        lists = [_there(one, item, values) for one in (self.left, self.right)]
        if any(kind_of(one) != "L" for one in lists):
            raise NotOfThisItem(_WRONG_TYPE)
        return {"L": [*lists[0]["L"], *lists[1]["L"]]}


@dataclass(frozen=True)
class Sum:
    """`operand + operand`, or `-`."""

    sign: str
    left: "Source"
    right: "Source"

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """A number. Raises Refused."""
        return _sum(_there(self.left, item, values), _there(self.right, item, values), self.sign)


Source = Operand | Unless | Appended | Sum


@dataclass(frozen=True)
class Action:
    """One thing that a clause does to a place; REMOVE has no source."""

    clause: str
    path: Path
    source: Source | None


def update(reader: Reader) -> tuple[Action, ...]:
    """What stands in an update expression. Raises Refused."""
    found: list[Action] = []
    while not found or reader.next_is(*CLAUSES):
        clause = reader.need(*CLAUSES)
        if any(action.clause == clause for action in found):
            raise reader.refusal(f'The "{clause}" section can only be used once in an update expression;')
        found += reader.listed(functools.partial(_action, reader, clause))
    for one, other in combinations([action.path for action in found], 2):
        shorter = min(len(one.steps), len(other.steps))
        if one.steps[:shorter] == other.steps[:shorter]:
            raise reader.refusal(
                "Two document paths overlap with each other; must remove or rewrite one of these paths; "
                f"path one: {one}, path two: {other}"
            )
    return tuple(found)


def _action(reader: Reader, clause: str) -> Action:
    path = reader.path()
    if clause == "REMOVE":
        return Action(clause, path, None)
    if clause == "SET":
        reader.need("=")
        return Action(clause, path, _source(reader))
    given = reader.value()
    if given is None:
        raise reader.unexpected()
    return Action(clause, path, given)


def _source(reader: Reader) -> Source:
    left = _term(reader)
    if sign := reader.take("+", "-"):
        return Sum(sign, left, _term(reader))
    return left


def _term(reader: Reader) -> Source:
    if reader.take("("):
        within = _source(reader)
        reader.need(")")
        return within
    if not reader.calls():
        return reader.value() or reader.path()
    name = reader.function()
    if name == "if_not_exists":
        path = reader.path()
        reader.need(",")
        found: Source = Unless(path, _source(reader))
    elif name == "list_append":
        left = _source(reader)
        reader.need(",")
        found = Appended(left, _source(reader))
    else:
        raise reader.refusal(f"Invalid function name; function: {name}")
    reader.need(")")
    return found


def updated(actions: Collection[Action], item: Attributes, values: Values) -> dict[str, Value]:
    """The item as it is then. Raises Refused."""
    whole: Value = {"M": dict(item)}
    results = [(action.path.steps, _result(action, item, values)) for action in actions]
    for steps, result in results:
        if result is not None:
            whole = _with(whole, steps, result)
    # The last elements of a list first: the others keep their numbers.
    for steps in sorted((steps for steps, result in results if result is None), key=_last_number, reverse=True):
        whole = _without(whole, steps)
    found: dict[str, Value] = whole["M"]
    return found


def _last_number(steps: Steps) -> int:
    return steps[-1] if isinstance(steps[-1], int) else -1


def _result(action: Action, item: Attributes, values: Values) -> Value | None:
    """What the place holds then; None for nothing."""
    if action.source is None:
        return None
    given = _there(action.source, item, values)
    if action.clause == "SET":
        return given
    kind = kind_of(given)
    if kind not in SETS and not (action.clause == "ADD" and kind == "N"):
        raise Refused(
            "Invalid UpdateExpression: Incorrect operand type for operator or function; "
            f"operator: {action.clause}, operand type: {_TYPES[kind]}, typeSet: ALLOWED_FOR_{action.clause}_OPERAND"
        )
    found = action.path(item, values)
    if found is None:
        return given if action.clause == "ADD" else None
    if kind_of(found) != kind:
        raise NotOfThisItem(_WRONG_TYPE)
    if kind == "N":
        return _sum(found, given, "+")
    if action.clause == "ADD":
        return accepted({kind: list(dict.fromkeys([*found[kind], *given[kind]]))})
    left = [one for one in found[kind] if one not in given[kind]]
    return {kind: left} if left else None


_TYPES = {"S": "STRING", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP", "N": "NUMBER"}


def _there(source: Source, item: Attributes, values: Values) -> Value:
    found = source(item, values)
    if found is None:
        raise NotOfThisItem(_ABSENT)
    return found


def _sum(left: Value, right: Value, sign: str) -> Value:
    if kind_of(left) != "N" or kind_of(right) != "N":
        raise NotOfThisItem(_WRONG_TYPE)
    one, other = Decimal(left["N"]), Decimal(right["N"])
    return {"N": written(WIDE.add(one, other) if sign == "+" else WIDE.subtract(one, other))}


def _with(found: Value, steps: Steps, result: Value) -> Value:
    """A value of its own in which this stands there. Raises Refused."""
    step, *rest = steps
    if isinstance(step, str) and "M" in found:
        inner: Mapping[str, Any] = found["M"]
        if rest and step not in inner:
            raise NotOfThisItem(_NO_PLACE)
        return {"M": {**inner, step: _with(inner[step], tuple(rest), result) if rest else result}}
    if isinstance(step, int) and "L" in found:
        elements = list(found["L"])
        if step < len(elements):
            elements[step] = _with(elements[step], tuple(rest), result) if rest else result
        elif rest:
            raise NotOfThisItem(_NO_PLACE)
        else:
            elements.append(result)
        return {"L": elements}
    raise NotOfThisItem(_NO_PLACE)


def _without(found: Value, steps: Steps) -> Value:
    """A value of its own in which nothing stands there. Raises Refused."""
    step, *rest = steps
    if isinstance(step, str) and "M" in found:
        inner = dict(found["M"])
        if not rest:
            inner.pop(step, None)
        elif step in inner:
            inner[step] = _without(inner[step], tuple(rest))
        else:
            raise NotOfThisItem(_NO_PLACE)
        return {"M": inner}
    if isinstance(step, int) and "L" in found:
        elements = list(found["L"])
        if step >= len(elements) and rest:
            raise NotOfThisItem(_NO_PLACE)
        if rest:
            elements[step] = _without(elements[step], tuple(rest))
        else:
            del elements[step : step + 1]
        return {"L": elements}
    raise NotOfThisItem(_NO_PLACE)


def no_keys(actions: Collection[Action], keys: Collection[str]) -> None:
    """An item's key is not changed. Raises Refused."""
    for action in actions:
        if action.path.steps[0] in keys:
            raise Refused(f"{INVALID}Cannot update attribute {action.path.steps[0]}. This attribute is part of the key")
