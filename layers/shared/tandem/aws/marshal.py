"""Python values to DynamoDB's typed values and back."""

from collections.abc import Callable
from decimal import Context, Decimal, Inexact, Rounded
from typing import Any

Item = dict[str, Any]

_EXACT = Context(prec=38, Emin=-128, Emax=126, traps=[Inexact, Rounded])
"""What the service keeps of a number; more is an error, not rounded."""


def to_dynamodb(value: Any) -> dict[str, Any]:
    """The typed value. None inside a map is kept as NULL. Raises TypeError for what has no type there, and for no
    number; `decimal.Inexact` or `decimal.Rounded` for one of more than 38 digits."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float | Decimal):
        return {"N": _number(value)}
    if value is None:
        return {"NULL": True}
    if isinstance(value, dict):
        return {"M": {name: to_dynamodb(inner) for name, inner in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [to_dynamodb(inner) for inner in value]}
    if isinstance(value, set | frozenset) and value:
        return _set([to_dynamodb(inner) for inner in value])
    if isinstance(value, bytes):
        return {"B": value}
    raise TypeError(f"DynamoDB has no type for {type(value).__name__}")


def _number(value: float | Decimal) -> str:
    if type(value) is int and -(10**38) < value < 10**38:
        return str(value)
    exact = _EXACT.create_decimal(repr(value) if isinstance(value, float) else value)
    if not exact.is_finite():
        raise TypeError(f"DynamoDB has no {value}")
    return str(exact)


def _set(members: list[dict[str, Any]]) -> dict[str, Any]:
    kinds = {kind for member in members for kind in member}
    if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
        raise TypeError(f"DynamoDB has no sets of {' and '.join(sorted(kinds))}")
    (kind,) = kinds
    return {f"{kind}S": [member[kind] for member in members]}


def from_dynamodb(value: dict[str, Any]) -> Any:
    """The Python value: whole numbers are int, others float, sets are sets."""
    ((kind, content),) = value.items()
    return _READ[kind](content)


def _natural(number: str) -> int | float:
    if number.isdecimal():
        return int(number)
    value = Decimal(number)
    return int(value) if value == value.to_integral_value() else float(value)


def _as_it_is(content: Any) -> Any:
    return content


_READ: dict[str, Callable[[Any], Any]] = {
    "S": _as_it_is,
    "N": _natural,
    "BOOL": _as_it_is,
    "NULL": lambda _: None,
    "M": lambda content: {name: from_dynamodb(inner) for name, inner in content.items()},
    "L": lambda content: [from_dynamodb(inner) for inner in content],
    "SS": set,
    "NS": lambda content: {_natural(number) for number in content},
    "B": _as_it_is,
    "BS": set,
}


def item_to_dynamodb(item: Item) -> dict[str, Any]:
    """An item's typed attributes, those that are None left out."""
    return {name: to_dynamodb(value) for name, value in item.items() if value is not None}


def item_from_dynamodb(image: dict[str, Any]) -> Item:
    """An item as plain values; takes stream images as well."""
    return {name: from_dynamodb(value) for name, value in image.items()}
