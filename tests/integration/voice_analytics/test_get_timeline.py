"""GET /api/voice/analytics/timeline."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.conftest import Client
from tests.integration.doors import leap
from tests.integration.voice_analytics.records import NOON, TIMELINE, Book, figures, rolled_up

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def timeline(client: Client, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = figures(client, TIMELINE, **query)
    return found


def test_every_day_is_there_in_order_also_without_calls(demo: Client) -> None:
    book = Book(demo)
    book.talked(NOON, 230)
    book.talked(NOON, 231)
    book.talked(NOON + 2 * DAY, 60)
    book.write(NOON + 2 * DAY)
    demo.stack.settle()
    for _ in range(2):
        assert timeline(demo, start_date="2024-03-09", end_date="2024-03-12") == [
            {"bucket": "2024-03-09T00:00:00Z", "call_count": 0, "avg_duration_seconds": 0.0},
            {"bucket": "2024-03-10T00:00:00Z", "call_count": 2, "avg_duration_seconds": 230.5},
            {"bucket": "2024-03-11T00:00:00Z", "call_count": 0, "avg_duration_seconds": 0.0},
            {"bucket": "2024-03-12T00:00:00Z", "call_count": 2, "avg_duration_seconds": 60.0},
        ]
        rolled_up(demo)


@pytest.mark.parametrize(("bucket", "step"), [("day", DAY), ("hour", HOUR)])
def test_a_bucket_that_the_span_cuts_counts_the_calls_of_the_span(bucket: str, step: timedelta, demo: Client) -> None:
    book = Book(demo)
    for number in range(12):
        book.talked(NOON + number * timedelta(minutes=241), 100 + number)
    demo.stack.settle()
    start, end = NOON + timedelta(minutes=95), NOON + timedelta(hours=40, minutes=1)
    for _ in range(2):
        found = timeline(demo, start_date=start.isoformat(), end_date=end.isoformat(), bucket=bucket)
        assert found == book.timeline(start, end, step)
        assert sum(one["call_count"] for one in found) == 9
        rolled_up(demo)


def test_days_and_hours_are_utcs_whatever_zone_is_asked_in(demo: Client) -> None:
    Book(demo).talked(datetime(2024, 3, 10, 23, 30, tzinfo=UTC), 10)
    rolled_up(demo)
    query = {"start_date": "2024-03-11T02:00:00+03:00", "end_date": "2024-03-11T03:30:00+03:00"}
    assert [(one["bucket"], one["call_count"]) for one in timeline(demo, **query)] == [
        ("2024-03-10T00:00:00Z", 1),
        ("2024-03-11T00:00:00Z", 0),
    ]


@pytest.mark.parametrize(
    ("bucket", "end", "number"),
    [("day", "2026-09-26", 1000), ("hour", "2024-02-11T16:00:00Z", 1000), ("hour", "2024-02-11T15:00:01Z", 1000)],
)
def test_a_timeline_has_a_thousand_buckets_at_most(bucket: str, end: str, number: int, demo: Client) -> None:
    query = {"start_date": "2024-01-01", "bucket": bucket}
    found = timeline(demo, end_date=end, **query)
    assert (len(found), found[0]["bucket"]) == (number, "2024-01-01T00:00:00Z")
    for later in ("2026-09-27", "2199-12-31"):
        answer = demo("GET", TIMELINE, query={**query, "end_date": later})
        assert answer.status == 400
        assert "end_date: at most 1000 buckets" in answer.json()["error"]
        assert ("or for days" in answer.json()["error"]) == (bucket == "hour")


def test_without_an_end_it_reaches_to_now_or_as_far_as_there_may_be_buckets(demo: Client, stack: Stack) -> None:
    now = datetime.fromtimestamp(stack.clock.now(), UTC)
    leap(stack, 1800 - now.timestamp() % 3600)  # half past an hour
    now = datetime.fromtimestamp(stack.clock.now(), UTC)
    start = (now - timedelta(days=3)).date()
    days = timeline(demo, start_date=start.isoformat())
    assert [one["bucket"][:10] for one in days] == [(start + number * DAY).isoformat() for number in range(4)]
    hours = timeline(demo, start_date=now.date().isoformat(), bucket="hour")
    assert hours[-1]["bucket"] == f"{now:%Y-%m-%dT%H}:00:00Z"
    assert len(hours) == now.hour + 1
    published = timeline(demo, bucket="hour", start_date="2025-01-15")  # as in the reference, long ago
    assert (len(published), published[-1]["bucket"]) == (1000, "2025-02-25T15:00:00Z")
    assert timeline(demo, start_date=(now + DAY).isoformat()) == []


def test_without_a_start_it_has_thirty_days_or_a_day_of_hours(demo: Client, stack: Stack) -> None:
    leap(stack, 1800 - stack.clock.now() % 3600)
    now = datetime.fromtimestamp(stack.clock.now(), UTC)
    days = timeline(demo)
    assert (len(days), days[-1]["bucket"]) == (30, f"{now:%Y-%m-%d}T00:00:00Z")
    hours = timeline(demo, bucket="hour")
    assert (len(hours), hours[-1]["bucket"]) == (24, f"{now:%Y-%m-%dT%H}:00:00Z")
    days = timeline(demo, end_date="2024-03-01")
    assert [days[0]["bucket"], days[-1]["bucket"]] == ["2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"]
    hours = timeline(demo, end_date="2024-03-01T06:00:00Z", bucket="hour")
    assert [hours[0]["bucket"], hours[-1]["bucket"]] == ["2024-02-29T06:00:00Z", "2024-03-01T05:00:00Z"]


def test_an_end_before_the_start_has_no_buckets(demo: Client) -> None:
    assert timeline(demo, start_date="2024-03-11", end_date="2024-03-01") == []


@pytest.mark.parametrize("bucket", ["week", "DAY", "", "hours", "1"])
def test_another_bucket_than_a_day_or_an_hour_is_refused(bucket: str, demo: Client) -> None:
    answer = demo("GET", TIMELINE, query={"bucket": bucket})
    assert answer.status == 400
    assert answer.json()["error"].startswith("bucket: ")
    assert "'day' or 'hour'" in answer.json()["error"]


def test_a_client_may_keep_it_for_five_minutes(demo: Client) -> None:
    answer = demo("GET", TIMELINE, query={"end_date": "2024-03-01"})
    assert answer.header("cache-control") == "public, max-age=300"
    query = {"end_date": "2024-03-01T23:59:59.999Z"}
    again = demo("GET", TIMELINE, query=query, headers={"if-none-match": str(answer.header("etag"))})
    assert again.status == 304
