"""GET /api/voice/analytics/overview."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infra.local.stack import Stack
from tandem.calls.models import RecordingState
from tandem.carriers.base import Outcome
from tests.integration.api_keys import begin_a_minute
from tests.integration.conftest import Client
from tests.integration.voice_analytics.records import (
    DETAILED,
    NOON,
    OVERVIEW,
    STORED,
    TIMELINE,
    Book,
    by_hand,
    figures,
    rolled_up,
)


def test_without_calls_everything_is_nothing(demo: Client) -> None:
    assert figures(demo) == {
        "total_calls": 0,
        "completed_calls": 0,
        "incomplete_calls": 0,
        "avg_duration_seconds": 0.0,
        "recording_availability_rate": 0.0,
    }


def test_a_call_is_counted_as_soon_as_the_stream_has_told_of_it(demo: Client, stack: Stack) -> None:
    demo.place()
    stack.settle()
    assert figures(demo)["incomplete_calls"] == 1
    stack.advance(60)
    found = figures(demo)
    assert (found["total_calls"], found["completed_calls"], found["recording_availability_rate"]) == (1, 1, 1.0)
    assert found["avg_duration_seconds"] > 0


def test_the_figures_are_those_of_the_calls_before_and_after_they_are_computed(demo: Client) -> None:
    book = Book(demo)
    for number in range(8):
        book.talked(NOON + timedelta(hours=7 * number), 100 + number, recording=STORED if number % 3 else None)
    book.write(NOON)
    book.write(NOON, ended_at=NOON, told_outcome=Outcome.BUSY)
    demo.stack.settle()
    assert len(demo.items("MARK#")) == 8
    for _ in range(2):
        assert figures(demo) == book.overview() != by_hand([])
        for start, end in ((NOON, NOON + timedelta(hours=30, minutes=7)), (NOON + timedelta(days=1), None)):
            query = {"start_date": start.isoformat()} | ({"end_date": end.isoformat()} if end else {})
            assert figures(demo, **query) == book.overview(start, end)
        rolled_up(demo)


def test_an_end_that_is_a_day_includes_it_whole(demo: Client) -> None:
    book = Book(demo)
    midnight = datetime(2024, 1, 31, tzinfo=UTC)
    for offset in (timedelta(milliseconds=-1), timedelta(), timedelta(hours=23), timedelta(days=1)):
        book.talked(midnight + offset, 60)
    demo.stack.settle()
    for _ in range(2):
        assert figures(demo, start_date="2024-01-31", end_date="2024-01-31")["total_calls"] == 2
        assert figures(demo, start_date="2024-01-31")["total_calls"] == 3
        assert figures(demo, end_date="2024-01-31")["total_calls"] == 3
        assert figures(demo, end_date="2024-01-31T00:00:00Z")["total_calls"] == 1
        assert figures(demo, start_date="2024-01-31T02:00:00+03:00", end_date="2024-01-31")["total_calls"] == 3
        assert figures(demo, start_date="2024-02-02", end_date="2024-01-01")["total_calls"] == 0
        rolled_up(demo)


def test_means_are_told_to_one_decimal_and_rates_to_four(demo: Client) -> None:
    book = Book(demo)
    for number, seconds in enumerate((245, 246, 246)):
        book.talked(NOON, seconds, recording=STORED if number else None)
    rolled_up(demo)
    found = figures(demo)
    assert (found["avg_duration_seconds"], found["recording_availability_rate"]) == (245.7, 0.6667)


def test_a_call_whose_end_was_assumed_is_completed_and_lengthens_no_mean(demo: Client) -> None:
    book = Book(demo)
    book.talked(NOON, 100)
    book.write(NOON, told_answered_at=NOON, ended_at=NOON + timedelta(hours=12), end_assumed=True)
    rolled_up(demo)
    found = figures(demo)
    assert (found["completed_calls"], found["avg_duration_seconds"]) == (2, 100.0)


def test_a_recording_that_is_deleted_is_available_no_more(demo: Client) -> None:
    book = Book(demo)
    call_id = book.talked(NOON, 60, recording=STORED)
    rolled_up(demo)
    assert figures(demo)["recording_availability_rate"] == 1.0
    book.change(call_id, recording=replace(STORED, state=RecordingState.DELETED))
    rolled_up(demo)
    assert figures(demo)["recording_availability_rate"] == 0.0


def test_each_workspace_has_its_own_figures(demo: Client, other: Client) -> None:
    Book(demo).talked(NOON, 60)
    Book(other).write(NOON)
    demo.stack.settle()
    for _ in range(2):
        assert [figures(client)["completed_calls"] for client in (demo, other)] == [1, 0]
        assert [figures(client)["total_calls"] for client in (demo, other)] == [1, 1]
        rolled_up(demo)


def test_who_brings_no_credential_is_told_so_as_the_reference_says(stack: Stack) -> None:
    for path in (OVERVIEW, DETAILED, TIMELINE):
        answer = stack.request("GET", path)
        assert (answer.status, answer.json()) == (401, {"error": "Missing tenant context for analytics request"})
        assert answer.header("cache-control") == "no-store"


@pytest.mark.parametrize("path", [OVERVIEW, DETAILED, TIMELINE])
@pytest.mark.parametrize("name", ["start_date", "end_date"])
@pytest.mark.parametrize(
    "wrong", ["x", "2024-13-01", "2024-02-30", "", "1969-12-31", "2200-01-01", "12", "2024-01-01Z"]
)
def test_a_date_that_is_none_is_refused_in_a_sentence(path: str, name: str, wrong: str, demo: Client) -> None:
    answer = demo("GET", path, query={name: wrong})
    assert (answer.status, list(answer.json())) == (400, ["error"])
    assert answer.json()["error"].startswith(f"{name}: ")
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-ratelimit-limit") == "60"


def test_what_a_client_has_is_not_sent_again_until_it_changes(demo: Client, other: Client) -> None:
    book = Book(demo)
    call_id = book.write(NOON)
    rolled_up(demo)
    first = demo("GET", OVERVIEW)
    assert first.header("cache-control") == "public, max-age=60"
    assert first.header("cdn-cache-control") == "no-store"
    assert {name.strip() for name in str(first.header("vary")).split(",")} == {
        "Authorization",
        "X-API-Key",
        "Cookie",
        "X-Organization-Id",
    }
    tag = str(first.header("etag"))
    again = demo("GET", OVERVIEW, headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status, again.body) == (304, b"")
    for name in ("etag", "cache-control", "vary", "x-ratelimit-limit"):
        assert again.header(name) == first.header(name), name
    assert int(str(again.header("x-ratelimit-remaining"))) == int(str(first.header("x-ratelimit-remaining"))) - 1
    assert other("GET", OVERVIEW, headers={"if-none-match": tag}).status == 200
    book.change(call_id, ended_at=NOON, told_outcome=Outcome.VOICEMAIL)
    rolled_up(demo)
    changed = demo("GET", OVERVIEW, headers={"if-none-match": tag})
    assert (changed.status, changed.json()["metrics"]["completed_calls"]) == (200, 1)
    assert changed.header("etag") != tag


def test_sixty_questions_a_minute_are_answered_of_all_three_together(demo: Client, stack: Stack) -> None:
    begin_a_minute(stack)
    tag = str(demo("GET", OVERVIEW).header("etag"))
    paths = [OVERVIEW, DETAILED, TIMELINE] * 20
    answers = [demo("GET", path, headers={"if-none-match": tag}) for path in paths]
    assert [answer.status for answer in answers] == [304, 200, 200] * 19 + [304, 200, 429]
    assert [answer.header("x-ratelimit-remaining") for answer in answers] == [*map(str, range(58, -1, -1)), "0"]
    assert int(str(answers[-1].header("retry-after"))) <= 60
