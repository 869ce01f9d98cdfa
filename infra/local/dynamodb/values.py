"""DynamoDB's typed values as they go over the wire: `{"S": "text"}`; a number is text, bytes are base 64.

A value is never changed once it is accepted: items, stream records and answers share it. Sizes are those of
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from typing import Any

Value = Mapping[str, Any]
"""One of `{"S": str}`, `{"N": str}`, `{"B": str}`, `{"BOOL": bool}`, `{"NULL": True}`, a set, a list or a map."""
Attributes = Mapping[str, Value]
INVALID = "One or more parameter values were invalid: "
DIGITS = 38
WIDE = Context(prec=1000)  # what has more digits than the service keeps is not rounded, but refused
_LARGEST, _SMALLEST = 125, -130
DEEPEST = 32
SETS = {"SS": "string", "NS": "number", "BS": "binary"}


class Refused(Exception):
    """The service's reason not to do what it was asked; `more` is what the error says besides."""

    def __init__(self, message: str, code: str = "ValidationException", **more: Any) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.more = more


def accepted(value: Value, depth: int = 0) -> Value:
    """A value as the service keeps it: numbers without trailing zeroes or exponent, sets in order. Raises Refused."""
    if len(value) != 1:
        how = "has more than one datatypes set" if value else "is empty"
        raise Refused(f"Supplied AttributeValue {how}, must contain exactly one of the supported datatypes")
    ((kind, content),) = value.items()
    if kind in _PLAIN and isinstance(content, _PLAIN[kind]):
        return value
    if depth > DEEPEST:
        raise Refused("Nesting Levels have exceeded supported limits: Attributes exceeded maximum nesting level")
    if kind not in _TAKEN:
        raise Refused("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    return _TAKEN[kind](content, depth)


def number(text: Any) -> str:
    """A number's text as the service writes it. Raises Refused."""
    if isinstance(text, str) and text.isdecimal() and text.isascii() and text[0] != "0" and len(text) <= DIGITS:
        return text
    try:
        value = Decimal(text)
    except (ArithmeticError, TypeError, ValueError):
        value = Decimal("nan")
    if not value.is_finite():
        raise Refused(f"The parameter cannot be converted to a numeric value: {text}")
    return written(value)


def written(value: Decimal) -> str:
    """A finite number as the service writes it. Raises Refused for one that it has no room for."""
    if not value:
        return "0"
    value = value.normalize(WIDE)
    if len(value.as_tuple().digits) > DIGITS:
        raise Refused("Attempting to store more than 38 significant digits in a Number")
    if value.adjusted() > _LARGEST:
        raise Refused("Number overflow. Attempting to store a number with magnitude larger than supported range")
    if value.adjusted() < _SMALLEST:
        raise Refused("Number underflow. Attempting to store a number with magnitude smaller than supported range")
    return format(value, "f")


def _set(kind: str, content: list[Any]) -> list[Any]:
    if not content:
        raise Refused(f"{INVALID}An {SETS[kind]} set  may not be empty")
    found = [number(one) for one in content] if kind == "NS" else content
    if len(set(found)) < len(found):
        raise Refused(f"{INVALID}Input collection {content} contains duplicates.")
    return sorted(found, key=Decimal) if kind == "NS" else sorted(found)


def _null(content: Any, _: int) -> Value:
    if content is not True:
        raise Refused(f"{INVALID}Null attribute value types must have the value of true")
    return {"NULL": True}


def _base64(content: Any, _: int) -> Value:
    _bytes(content)
    return {"B": content}


def _bytes(content: Any) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise Refused("Invalid attribute value: no base 64", "SerializationException") from None


def ordered(value: Value) -> Any:
    """What values of one kind are sorted and compared by: text, Decimal or bytes."""
    ((kind, content),) = value.items()
    return Decimal(content) if kind == "N" else _bytes(content) if kind == "B" else content


def kind_of(value: Value) -> str:
    """Its type's letter."""
    return next(iter(value))


def item_size(attributes: Attributes) -> int:
    """Bytes of an item: its names and its values."""
    return sum(_text(name) + size(value) for name, value in attributes.items())


def size(value: Value) -> int:
    """Bytes of a value."""
    ((kind, content),) = value.items()
    return _SIZES[kind](content)


def _text(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def _digits(text: str) -> int:
    return (len(text.strip("-").replace(".", "").strip("0")) + 1) // 2 + 1 + text.startswith("-")


def _binary(text: str) -> int:
    return len(text) * 3 // 4 - text[-2:].count("=")


_SIZES: dict[str, Callable[[Any], int]] = {
    "S": _text,
    "N": _digits,
    "B": _binary,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda content: sum(map(_text, content)),
    "NS": lambda content: sum(map(_digits, content)),
    "BS": lambda content: sum(map(_binary, content)),
    "L": lambda content: 3 + sum(1 + size(inner) for inner in content),
    "M": lambda content: 3 + sum(1 + _text(name) + size(inner) for name, inner in content.items()),
}
_PLAIN: dict[str, type] = {"S": str, "BOOL": bool}
_TAKEN: dict[str, Callable[[Any, int], Value]] = {
    "N": lambda content, _: {"N": number(content)},
    "B": _base64,
    "NULL": _null,
    "SS": lambda content, _: {"SS": _set("SS", content)},
    "NS": lambda content, _: {"NS": _set("NS", content)},
    "BS": lambda content, _: {"BS": _set("BS", content)},
    "L": lambda content, depth: {"L": [accepted(inner, depth + 1) for inner in content]},
    "M": lambda content, depth: {"M": {name: accepted(inner, depth + 1) for name, inner in content.items()}},
}
