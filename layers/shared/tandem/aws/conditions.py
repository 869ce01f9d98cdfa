"""Conditions on items, as DynamoDB's expressions: what a query finds, what a write requires.

`boto3.dynamodb.conditions` builds the same texts, and imports boto3, a tenth of a cold start, which nothing else here
needs: clients come from botocore.
"""

from collections.abc import Callable, Collection
from typing import Any

from tandem.aws.marshal import to_dynamodb


class Placeholders:
    """The names and values of one request's expressions, by what stands for them in the texts."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}

    def name(self, attribute: str) -> str:
        """What stands for an attribute. A dot is a part of its name: some are named after a customer's own ids."""
        placeholder = f"#n{len(self._names)}"
        self._names[placeholder] = attribute
        return placeholder

    def value(self, value: Any) -> str:
        """What stands for a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = to_dynamodb(value)
        return placeholder

    def arguments(self) -> dict[str, Any]:
        """What the request says of them; of none it must say nothing."""
        named = {"ExpressionAttributeNames": self._names} if self._names else {}
        return named | ({"ExpressionAttributeValues": self._values} if self._values else {})


class Condition:
    """What an item must be. `&` and `|` join two."""

    def __init__(self, text: Callable[[Placeholders], str]) -> None:
        self.text = text
        """Its expression, whose names and values it leaves with the placeholders."""

    def __and__(self, other: "Condition") -> "Condition":
        return Condition(lambda within: f"({self.text(within)} AND {other.text(within)})")

    def __or__(self, other: "Condition") -> "Condition":
        return Condition(lambda within: f"({self.text(within)} OR {other.text(within)})")


class Attr:
    """An attribute, of which conditions are made. It is compared with a value or with another attribute."""

    def __init__(self, name: str) -> None:
        self.name = name

    def eq(self, value: Any) -> Condition:
        """It is this."""
        return self._compared("=", value)

    def lt(self, value: Any) -> Condition:
        """It is less."""
        return self._compared("<", value)

    def lte(self, value: Any) -> Condition:
        """It is not more."""
        return self._compared("<=", value)

    def gt(self, value: Any) -> Condition:
        """It is more."""
        return self._compared(">", value)

    def gte(self, value: Any) -> Condition:
        """It is not less."""
        return self._compared(">=", value)

    def between(self, low: Any, high: Any) -> Condition:
        """It is one of these, or between them. Of bounds the wrong way round, which DynamoDB refuses, `low`."""
        return Condition(
            lambda within: f"{within.name(self.name)} BETWEEN {within.value(low)} AND {within.value(max(low, high))}"
        )

    def begins_with(self, text: str) -> Condition:
        """Its text begins so."""
        return Condition(lambda within: f"begins_with({within.name(self.name)}, {within.value(text)})")

    def is_in(self, values: Collection[Any]) -> Condition:
        """It is one of these."""
        return Condition(
            lambda within: f"{within.name(self.name)} IN ({', '.join(within.value(value) for value in values)})"
        )

    def exists(self) -> Condition:
        """The item has it."""
        return Condition(lambda within: f"attribute_exists({within.name(self.name)})")

    def not_exists(self) -> Condition:
        """The item does not have it."""
        return Condition(lambda within: f"attribute_not_exists({within.name(self.name)})")

    def _compared(self, how: str, other: Any) -> Condition:
        if isinstance(other, Attr):
            return Condition(lambda within: f"{within.name(self.name)} {how} {within.name(other.name)}")
        return Condition(lambda within: f"{within.name(self.name)} {how} {within.value(other)}")


Key = Attr
"""An attribute of a key: the same, where it says more."""
