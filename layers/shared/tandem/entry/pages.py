"""Lists, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from aws_lambda_powertools.event_handler.openapi.params import Query

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
PageLimit = Annotated[int, Query(ge=1, le=100)]


T = TypeVar("T")


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of a list, newest first, and how many there are in all."""

    items: Sequence[T]
    total: int
    page: int
    limit: int

    def pagination(self) -> dict[str, int]:
        """`{total, page, limit, totalPages}`."""
        pages = -(-self.total // self.limit)
        return {"total": self.total, "page": self.page, "limit": self.limit, "totalPages": pages}
