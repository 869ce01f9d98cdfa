"""GET /api/voice/analytics/detailed."""

from datetime import timedelta

from tandem.transcripts.models import Sentiment
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


def test_tools_and_moods_are_those_of_the_transcripts_before_and_after_they_are_computed(demo: Client) -> None:
    book = Book(demo)
    said = [(3, 3, Sentiment.POSITIVE), (2, 1, Sentiment.NEGATIVE), (0, 0, Sentiment.POSITIVE), (1, 0, None)]
    for number, (tools, succeeded, mood) in enumerate(said):
        book.speak(book.talked(NOON + timedelta(hours=9 * number), 60), tools, succeeded, mood)
    book.write(NOON)
    demo.stack.settle()
    assert book.details()["tool_call_success_rate"] == 0.6667
    for _ in range(2):
        assert figures(demo, DETAILED) == book.details()
        start = NOON + timedelta(hours=9)
        assert figures(demo, DETAILED, start_date=start.isoformat()) == book.details(start)
        rolled_up(demo)


def test_a_mood_that_is_found_later_corrects_the_figures(demo: Client) -> None:
    book = Book(demo)
    call_id = book.talked(NOON, 60)
    rolled_up(demo)
    for mood in (Sentiment.NEUTRAL, Sentiment.NEGATIVE, None):
        book.speak(call_id, 1, 1, mood)
        rolled_up(demo)
        assert figures(demo, DETAILED) == book.details()


def test_a_transcript_of_no_call_counts_for_nothing(demo: Client) -> None:
    Book(demo).speak("01890a5d-ac96-774b-bcce-b302099a8057", 1, 1, Sentiment.POSITIVE)
    demo.stack.settle()
    for _ in range(2):
        assert figures(demo, DETAILED)["sentiment_distribution"]["positive"] == 0
        rolled_up(demo)
