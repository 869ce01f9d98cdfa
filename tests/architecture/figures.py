"""Journeys through figures of calls: computed, read for whole and cut hours, and read again by who has them."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys


def go(journeys: "Journeys") -> None:
    """Every way once, for the demo workspace."""
    demo = journeys.demo
    journeys.place(demo, "+15005550001")
    journeys.stack.settle()
    start = datetime.fromtimestamp(journeys.stack.clock.now(), UTC) - timedelta(days=2, minutes=30)
    for path in ("overview", "detailed", "timeline"):
        for query in ({}, {"start_date": start.isoformat()}):
            asked = {"query": query}
            answer = journeys.ask(demo, "GET", f"/api/voice/analytics/{path}", **asked)
            assert answer.status == 200, answer.text
    journeys.stack.advance(60)
