"""The table's stream: what changes the figures of an hour marks it."""

from dataclasses import replace
from datetime import timedelta

from infra.local.stack import Stack
from tandem.calls.models import RecordingState
from tandem.carriers.base import Cost, Outcome
from tandem.transcripts.models import Sentiment
from tests.integration.conftest import Client
from tests.integration.voice_analytics.records import NOON, STORED, Book, rolled_up

FUNCTION = "WorkersOnRecordChanged"


def marked(client: Client) -> list[str]:
    """The hours that are marked."""
    return [item["sk"].removeprefix("MARK#") for item in client.items("MARK#")]


def test_a_call_marks_the_hour_it_was_begun_in_whenever_it_changes(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    call_id = book.write(NOON + timedelta(minutes=59))
    stack.settle()
    assert marked(demo) == ["2024031012"]
    for fields in (
        {"ringing_at": NOON},
        {"told_answered_at": NOON},
        {"agent_id": "agent-2"},
        {"ended_at": NOON + timedelta(days=9), "talk_seconds": 9, "told_outcome": Outcome.ANSWERED_HUMAN},
        {"talk_seconds": 10},
        {"recording": STORED},
        {"recording": replace(STORED, state=RecordingState.DELETED)},
    ):
        rolled_up(demo)
        book.change(call_id, **fields)
        stack.settle()
        assert marked(demo) == ["2024031012"], fields


def test_a_transcript_marks_the_hour_of_its_call_when_its_figures_change(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    call_id = book.talked(NOON, 60)
    for tools, mood in ((0, None), (1, None), (1, Sentiment.NEUTRAL)):
        rolled_up(demo)
        book.speak(call_id, tools, 0, mood)
        stack.settle()
        assert marked(demo) == ["2024031012"], (tools, mood)
    rolled_up(demo)
    book.speak(call_id, 1, 0, Sentiment.NEUTRAL)
    stack.settle()
    assert marked(demo) == []


def test_what_changes_no_figure_marks_nothing_and_asks_for_nothing(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    call_id = book.talked(NOON, 60)
    rolled_up(demo)
    with stack.count_requests() as counted:
        book.change(call_id, notes="Wants a quote.", tags=["vip"], rating=5)
        book.change(call_id, cost=Cost("0.10", "USD"))
        book.change(call_id, recording=replace(STORED, state=RecordingState.PENDING))
        stack.settle()
    assert counted.total(function=FUNCTION) == 0
    assert marked(demo) == []


def test_many_changes_of_an_hour_are_one_write(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    with stack.count_requests() as counted:
        for number in range(10):
            book.talked(NOON + timedelta(minutes=number), 60)
        stack.settle()
    asked = [counted.total(operation=name, function=FUNCTION) for name in ("GetItem", "UpdateItem")]
    # For each whether the hour is marked, and what it held and who listens, as it is over.
    assert asked == [30, 1]


def test_what_the_stream_tells_again_is_computed_to_the_same(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    book.talked(NOON, 60)
    book.write(NOON + timedelta(days=40))
    rolled_up(demo)
    before = [{**item, "version": 0} for item in demo.items("FIGURES#")]
    stack.conductor.rewind()
    stack.settle()
    assert marked(demo) == ["2024031012", "2024041912"]
    rolled_up(demo)
    assert [{**item, "version": 0} for item in demo.items("FIGURES#")] == before
