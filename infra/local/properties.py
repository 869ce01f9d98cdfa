"""A resource's resolved properties, which must all be understood: what nobody read is refused."""

from collections.abc import Mapping
from typing import Any


class UnsupportedProperty(Exception):
    """A property, or one of its values, that this stack would silently lose."""


class MissingProperty(Exception):
    """A property the resource type requires."""


class Properties:
    """Read each property once with `take`, name the meaningless ones with `ignore`, then `finish`."""

    def __init__(self, logical_id: str, type_: str, values: Mapping[str, Any]) -> None:
        self.logical_id = logical_id
        self.type = type_
        self._values = dict(values)

    def take(self, name: str, default: Any = None) -> Any:
        """The value, or the default; either way the property counts as understood."""
        return self._values.pop(name, default)

    def require(self, name: str) -> Any:
        """The value of a property that must be there."""
        if name not in self._values:
            raise MissingProperty(f"{self.logical_id} ({self.type}) has no {name}")
        return self._values.pop(name)

    def take_all(self, *names: str) -> dict[str, Any]:
        """Those of the named properties that are present, as keyword arguments for boto3."""
        return {name: self._values.pop(name) for name in names if name in self._values}

    def ignore(self, *names: str) -> None:
        """Properties without a meaning on one machine (tags, tracing, descriptions)."""
        for name in names:
            self._values.pop(name, None)

    def finish(self) -> None:
        """Refuse what nobody read."""
        if self._values:
            raise UnsupportedProperty(f"{self.logical_id} ({self.type}): {', '.join(sorted(self._values))}")
