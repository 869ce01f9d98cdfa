"""Lists, page by page."""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.records import record
from tandem.shapes import DayOrMoment

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
PageLimit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(min_length=1, max_length=200)]
Month = Annotated[str | None, Query(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2026-11"])]
"""A UTC month."""
StartDate = Annotated[
    DayOrMoment | None,
    Query(examples=["2025-01-01"], description="ISO 8601, in UTC unless it says otherwise; a day begins at midnight."),
]
EndDate = Annotated[
    DayOrMoment | None,
    Query(examples=["2025-01-31"], description="ISO 8601; a day is included whole, a moment is not included."),
]
Offset = Annotated[int, Query(ge=0, le=1_000_000)]

T = TypeVar("T")


@record
class Listed(Generic[T]):
    """One page of a list, newest first, and how many there are in all."""

    items: Sequence[T]
    total: int
    page: int
    limit: int

    def pagination(self) -> dict[str, int | str | None]:
        """`{total, page, limit, totalPages}`."""
        pages = -(-self.total // self.limit)
        return {"total": self.total, "page": self.page, "limit": self.limit, "totalPages": pages}


@record
class ListedOn(Listed[T]):
    """One page of a list that can also be followed by a cursor."""

    next_cursor: str | None

    def pagination(self) -> dict[str, int | str | None]:
        """`{total, page, limit, totalPages, nextCursor}`."""
        return super().pagination() | {"nextCursor": self.next_cursor}


@record
class Slice(Generic[T]):
    """A span of a list, newest first, and how many there are in all."""

    items: Sequence[T]
    total: int
    limit: int
    offset: int

    def pagination(self) -> dict[str, int]:
        """`{total, limit, offset}`."""
        return {"total": self.total, "limit": self.limit, "offset": self.offset}
