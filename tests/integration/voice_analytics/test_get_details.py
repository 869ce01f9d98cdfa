"""GET /api/voice/analytics/detailed."""

from tests.integration.conftest import Client
from tests.integration.voice_analytics.records import DETAILED, NOON, STORED, Book, figures, rolled_up


def test_without_calls_everything_is_nothing(demo: Client) -> None:
    assert figures(demo, DETAILED) == {
        "total_calls": 0,
        "completed_calls": 0,
        "incomplete_calls": 0,
        "avg_duration_seconds": 0.0,
        "recording_availability_rate": 0.0,
        "tool_call_success_rate": 0.0,
        "sentiment_distribution": {"positive": 0, "neutral": 0, "negative": 0},
    }


def test_it_holds_the_overview_of_the_same_span(demo: Client) -> None:
    book = Book(demo)
    book.talked(NOON, 61, recording=STORED)
    book.write(NOON)
    rolled_up(demo)
    for query in ({}, {"start_date": "2024-03-10T12:00:00Z"}, {"end_date": "2024-03-09"}):
        found = figures(demo, DETAILED, **query)
        assert {name: found[name] for name in book.overview()} == figures(demo, **query)
    assert demo("GET", DETAILED).header("cache-control") == "public, max-age=60"
