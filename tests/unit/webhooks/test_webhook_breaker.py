"""How much of an endpoint's trouble is let through."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tandem.webhooks.breaker import (
    IN_FLIGHT,
    Free,
    Full,
    Health,
    Paused,
    Resting,
    State,
    admission,
    escalation,
    outcome,
)
from tandem.webhooks.models import Attempt, Endpoint, Secret

NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)
ENDPOINT = Endpoint("t", "e", "n", "https://x.example/", ["call.completed"], [Secret("whsec_")], NOW, NOW)
GOOD, BAD = Attempt(NOW, 5, 204, None), Attempt(NOW, 5, None, "timeout")
WINDOW = int(NOW.timestamp()) // 300


def state(health: Health | None = None, busy: int = 0) -> State:
    return State(ENDPOINT, health or Health(), frozenset(range(busy)))


def test_a_free_slot_is_given_until_all_are_taken() -> None:
    assert admission(state(), NOW) == Free(0)
    assert admission(state(busy=IN_FLIGHT - 1), NOW) == Free(IN_FLIGHT - 1)
    assert isinstance(admission(state(busy=IN_FLIGHT), NOW), Full)


def test_nothing_passes_an_open_breaker_and_one_at_a_time_after_its_rest() -> None:
    opened = Health(open_until=LATER, trips=1)
    assert admission(state(opened), NOW) == Resting(LATER)
    assert admission(state(opened), LATER) == Free(0)
    assert isinstance(admission(state(opened, busy=1), LATER), Full)


def test_nothing_passes_to_a_paused_endpoint() -> None:
    paused = replace(state(), endpoint=replace(ENDPOINT, paused_at=NOW))
    assert isinstance(admission(paused, NOW), Paused)


def test_a_success_forgets_all_failures() -> None:
    changes = outcome(state(Health(frozenset({"x"}), NOW, NOW, NOW, 3)), "e1", GOOD, first=False)
    assert set(changes.remove) == {"failing", "failing_since", "warned_at", "open_until", "trips"}
    assert (changes.set, changes.add) == ({}, {})


def test_a_failure_is_counted_by_event_and_dated_once() -> None:
    first = outcome(state(), "e1", BAD, first=False)
    assert (first.set, first.add) == ({"failing_since": NOW}, {"failing": frozenset({"e1"})})
    again = outcome(state(Health(failing_since=NOW - timedelta(hours=1))), "e1", BAD, first=False)
    assert again.set == {}


def test_only_first_attempts_are_counted_in_the_window() -> None:
    assert "window" not in outcome(state(), "e1", BAD, first=False).set
    fresh = outcome(state(Health(window=WINDOW - 1, window_total=9)), "e1", BAD, first=True)
    assert (fresh.set["window"], fresh.set["window_total"], fresh.set["window_failed"]) == (WINDOW, 1, 1)
    going = outcome(state(Health(window=WINDOW, window_total=9)), "e1", GOOD, first=True)
    assert (going.add["window_total"], going.add["window_failed"]) == (1, 0)


def test_410_pauses_at_once() -> None:
    changes = outcome(state(), "e1", Attempt(NOW, 5, 410, None), first=True)
    assert (changes.set["paused_at"], changes.set["paused_reason"]) == (NOW, "gone")


@pytest.mark.parametrize(
    ("health", "opens"),
    [
        (Health(failing=frozenset("abcd")), False),
        (Health(failing=frozenset("abcde")), True),
        (Health(window=WINDOW, window_total=9, window_failed=9), False),
        (Health(window=WINDOW, window_total=10, window_failed=6), False),
        (Health(window=WINDOW, window_total=10, window_failed=7), True),
        (Health(window=WINDOW - 1, window_total=10, window_failed=10), False),
        (Health(failing=frozenset("abcde"), open_until=LATER), False),
    ],
)
def test_the_breaker_opens_on_five_failing_events_or_seven_in_ten(health: Health, opens: bool) -> None:
    changes = escalation(state(health), NOW, probing=False)
    assert (changes is not None) is opens
    if changes:
        assert (changes.set["open_until"], changes.set["trips"]) == (LATER, 1)
        assert "failing" in changes.remove


@pytest.mark.parametrize(("trips", "rest"), [(0, 30), (1, 60), (2, 120), (3, 240), (4, 480), (5, 900), (500, 900)])
def test_a_failed_try_doubles_the_rest_up_to_a_quarter_of_an_hour(trips: int, rest: int) -> None:
    changes = escalation(state(Health(open_until=NOW, trips=trips)), NOW, probing=True)
    assert changes is not None
    assert changes.set["open_until"] == NOW + timedelta(seconds=rest)
    assert changes.set["trips"] == trips + 1


def test_a_day_of_failures_is_told_once_and_five_days_pause() -> None:
    day, five = NOW - timedelta(hours=24), NOW - timedelta(days=5)
    just_short = state(Health(failing_since=day + timedelta(seconds=1)))
    assert escalation(just_short, NOW, probing=False) is None
    warned = escalation(state(Health(failing_since=day)), NOW, probing=False)
    assert warned is not None
    assert warned.set == {"warned_at": NOW}
    assert escalation(state(Health(failing_since=day, warned_at=day)), NOW, probing=False) is None
    paused = escalation(state(Health(failing_since=five, warned_at=day)), NOW, probing=False)
    assert paused is not None
    assert paused.set == {"paused_at": NOW, "paused_reason": "failing"}
