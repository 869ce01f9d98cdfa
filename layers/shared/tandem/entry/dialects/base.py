"""What a dialect must say."""

from collections.abc import Callable
from dataclasses import field
from typing import Any

from pydantic import BaseModel

from tandem.errors import Problem
from tandem.records import record


@record
class Success:
    """What an endpoint returned and what surrounds it, for a dialect to write."""

    value: Any
    request_id: str
    timestamp: str


@record
class Failure:
    """A problem and what surrounds it, for a dialect to write."""

    problem: Problem
    request_id: str
    timestamp: str


@record
class Dialect:
    """A family's way of writing. `success` gives a JSON-ready value or text; `failure` the body of an error."""

    name: str
    success: Callable[[Success], Any]
    failure: Callable[[Failure], dict[str, Any]]
    statuses: dict[int, int] = field(default_factory=dict)
    """Statuses that this family writes differently: {422: 400}."""


def plain(value: Any) -> Any:
    """A model as JSON-ready values, by its aliases."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
