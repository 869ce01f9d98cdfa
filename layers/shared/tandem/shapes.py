"""What the shapes of requests and answers have in common."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from tandem.clock import parse

E164_PATTERN = re.compile(r"\+[1-9][0-9]{6,14}")
E164 = Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{6,14}$", min_length=8, max_length=16)]
"""A telephone number by form only: `+`, then 7 to 15 digits of which the first is not 0."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""One line of text, for names and customers' own identifiers."""

Tag = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f\x7f,]+$")]
"""A word or two to sort things by; without commas, which separate tags in a query."""

Tags = Annotated[list[Tag], Field(max_length=20), AfterValidator(lambda tags: list(dict.fromkeys(tags)))]
"""Each tag once, in the order given."""

HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=2048)]


def _day_or_moment(value: object) -> date | datetime:
    text = str(value)
    try:
        parsed: date | datetime = date.fromisoformat(text)  # every way of ISO 8601 to write a day
    except ValueError:
        parsed = parse(text)
    if not 1970 <= parsed.year <= 2199:
        raise ValueError("must be a time between 1970 and 2199")
    return parsed


DayOrMoment = Annotated[date, PlainValidator(_day_or_moment), WithJsonSchema({"type": "string"})]
"""ISO 8601, a day or a moment, as text; after validation a `date` or an aware `datetime`."""


def span(start: date | None, end: date | None) -> tuple[datetime | None, datetime | None]:
    """From when until when: a day as start begins with its midnight, as end it is included whole (UTC)."""
    until = _first_moment(end) if end else None
    if until is not None and not isinstance(end, datetime):
        until += timedelta(days=1)
    return _first_moment(start) if start else None, until


def _first_moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)


def _not_null(value: object) -> object:
    if value is None:
        raise ValueError("cannot be null")
    return value


NotNull = AfterValidator(_not_null)
"""Of a field that may be left out of a change, but not be taken away."""


class Body(BaseModel):
    """A request body in camelCase; a field it does not know is refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", populate_by_name=False, defer_build=True)


class View(BaseModel):
    """An answer in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, defer_build=True)


class Deleted(View):
    """What was removed."""

    id: str = Field(serialization_alias="_id")
    deleted: Literal[True] = True


class SnakeBody(BaseModel):
    """A request body in snake_case; a field it does not know is refused."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class SnakeView(BaseModel):
    """An answer in snake_case."""


class SnakeDeleted(SnakeView):
    """What was removed."""

    id: str
    deleted: Literal[True] = True
