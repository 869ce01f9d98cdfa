"""Counters of usage: what they keep of requests, and how true percentiles are."""

import math
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.usage.models import ERROR, Usage, bucket, counters, forgotten_at, middle, months

TIMES = st.lists(st.floats(1, 900_000), min_size=1, max_size=200)


def usage(times: list[float], status: int = 200, route: str = "GET /") -> Usage:
    counts: Counter[str] = Counter()
    for spent in times:
        counts.update(counters(route, status, spent))
    return Usage.of("2026-11", [counts])


@given(milliseconds=st.floats(1, 900_000))
def test_a_time_is_told_within_five_percent(milliseconds: float) -> None:
    assert abs(middle(bucket(milliseconds)) - milliseconds) <= ERROR * milliseconds * (1 + 1e-9)


@given(milliseconds=st.floats(max_value=1) | st.floats(min_value=900_000, allow_infinity=True))
def test_what_is_out_of_range_is_told_as_its_nearest_end(milliseconds: float) -> None:
    assert middle(bucket(milliseconds)) == pytest.approx(1 if milliseconds <= 1 else 900_000, rel=ERROR + 1e-9)


@given(times=TIMES, share=st.sampled_from([0.01, 0.5, 0.95, 0.99, 1.0]))
def test_a_percentile_is_within_five_percent_of_the_true_one(times: list[float], share: float) -> None:
    true = sorted(times)[max(1, math.ceil(share * len(times))) - 1]
    assert usage(times).percentile(share) == pytest.approx(true, rel=ERROR + 1e-9)


@given(first=TIMES, second=TIMES)
def test_counters_add_up_whichever_way_they_are_split(first: list[float], second: list[float]) -> None:
    together = usage(first + second)
    apart = Usage.of("2026-11", [usage(first).counts, usage(second).counts])
    assert together == apart
    assert together.total == len(first) + len(second)
    assert together.average == pytest.approx(sum(map(round, first + second)) / together.total)


@given(times=TIMES)
def test_percentiles_never_fall(times: list[float]) -> None:
    found = [usage(times).percentile(share) for share in (0.5, 0.95, 0.99)]
    assert found == sorted(found)


def test_nothing_counted_is_zero_everywhere() -> None:
    nothing = Usage.of("2026-11", [])
    assert (nothing.total, nothing.average, nothing.percentile(0.99), nothing.by_route, nothing.failed) == (
        0,
        0.0,
        0.0,
        {},
        0,
    )


def test_routes_methods_and_outcomes_are_told_apart() -> None:
    parts = [
        usage([5.0, 7.0], 200, "GET /a"),
        usage([5.0], 404, "GET /b"),
        usage([5.0], 503, "POST /a"),
        usage([5.0], 304, "GET /a"),
        usage([5.0], 201, "POST /a"),
    ]
    found = Usage.of("2026-11", [part.counts for part in parts])
    assert found.by_route == {"GET /a": 3, "POST /a": 2, "GET /b": 1}
    assert found.by_method == {"GET": 4, "POST": 2}
    assert (found.total, found.successful, found.failed) == (6, 3, 2)


def test_other_attributes_of_an_item_are_not_counted() -> None:
    item = {"pk": "USAGE#t", "sk": "MONTH#2026-11#k", "kind": "usage", "expires_at": 1, "height": 7, "ms": 3, "h1": 1}
    assert Usage.of("2026-11", [item]).counts == {"ms": 3, "h1": 1}


@pytest.mark.parametrize(
    ("latest", "number", "names"),
    [
        (datetime(2026, 2, 28, tzinfo=UTC), 4, ["2026-02", "2026-01", "2025-12", "2025-11"]),
        (datetime(2026, 12, 1, tzinfo=UTC), 1, ["2026-12"]),
    ],
)
def test_months_go_back_over_the_turn_of_a_year(latest: datetime, number: int, names: list[str]) -> None:
    assert list(months(latest, number)) == names


@given(moment=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_month_is_kept_as_long_as_it_can_be_asked_for_and_no_longer(moment: datetime) -> None:
    end = forgotten_at(moment)
    asked = f"{moment:%Y-%m}"
    assert (end.day, end.hour) == (1, 0)
    assert asked not in list(months(end, 24))
    last = datetime.fromtimestamp(end.timestamp() - 1, UTC)
    assert asked == list(months(last, 24))[-1]
