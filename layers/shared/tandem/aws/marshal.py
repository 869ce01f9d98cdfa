"""Python values to DynamoDB's typed values and back."""

from decimal import Decimal
from typing import Any, cast

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

Item = dict[str, Any]

_serializer = TypeSerializer()
_deserializer = TypeDeserializer()


def to_dynamodb(value: Any) -> dict[str, Any]:
    """The typed value. Floats become decimals; None inside a map is kept as NULL."""
    return cast("dict[str, Any]", _serializer.serialize(_decimals(value)))


def from_dynamodb(value: dict[str, Any]) -> Any:
    """The Python value: whole numbers are int, others float, sets are sets."""
    return _natural(_deserializer.deserialize(cast("Any", value)))


def item_to_dynamodb(item: Item) -> dict[str, Any]:
    """An item's typed attributes, those that are None left out."""
    return {name: to_dynamodb(value) for name, value in item.items() if value is not None}


def item_from_dynamodb(image: dict[str, Any]) -> Item:
    """An item as plain values; takes stream images as well."""
    return {name: from_dynamodb(value) for name, value in image.items()}


def _decimals(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, dict):
        return {name: _decimals(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_decimals(inner) for inner in value]
    return value


def _natural(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _natural(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_natural(inner) for inner in value]
    if isinstance(value, set):
        return {_natural(inner) for inner in value}
    return value
