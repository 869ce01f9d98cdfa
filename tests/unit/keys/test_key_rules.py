"""API keys: their form, their limits, their counters."""

import string
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.keys.models import (
    AGENTS,
    HOURLY_LIMITS,
    LIVE,
    MONTHLY_QUOTAS,
    PREFIXES,
    TEST,
    Window,
    granted,
    is_well_formed,
    limit_of,
    month_counter,
    new_key,
    stale_counters,
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_new_key_is_well_formed_and_no_two_are_alike(prefix: str) -> None:
    made = {new_key(prefix) for _ in range(200)}
    assert len(made) == 200
    assert all(key.startswith(prefix) and is_well_formed(key) and len(key) == len(prefix) + 38 for key in made)


@given(place=st.integers(0, 45), letter=st.sampled_from(string.ascii_letters + string.digits + "_-ä "))
def test_a_key_with_one_character_changed_is_junk(place: int, letter: str) -> None:
    key = new_key(LIVE)
    changed = key[:place] + letter + key[place + 1 :]
    assert is_well_formed(changed) == (changed == key)


@given(text=st.text() | st.sampled_from(PREFIXES).flatmap(lambda prefix: st.text().map(prefix.__add__)))
def test_no_text_is_a_key_by_chance(text: str) -> None:
    assert not is_well_formed(text)


def test_a_key_does_not_change_its_kind() -> None:
    key = new_key(TEST)
    assert not is_well_formed(LIVE + key.removeprefix(TEST))


@pytest.mark.parametrize(
    ("prefix", "plan", "limit"),
    [
        (LIVE, "starter", (500, 3600)),
        (LIVE, "standard", (500, 3600)),
        (TEST, "professional", (5000, 3600)),
        (LIVE, "premium", (5000, 3600)),
        (LIVE, "enterprise", (50000, 3600)),
        (AGENTS, "starter", (1000, 60)),
        (AGENTS, "enterprise", (1000, 60)),
    ],
)
def test_limits_are_by_kind_and_plan(prefix: str, plan: str, limit: tuple[int, int]) -> None:
    assert limit_of(prefix, plan) == limit


def test_every_plan_has_a_monthly_quota_and_the_largest_has_none() -> None:
    assert set(MONTHLY_QUOTAS) == set(HOURLY_LIMITS)
    assert [plan for plan, quota in MONTHLY_QUOTAS.items() if quota < 0] == ["enterprise"]
    assert MONTHLY_QUOTAS["enterprise"] == -1
    assert 0 < MONTHLY_QUOTAS["starter"] == MONTHLY_QUOTAS["standard"] < MONTHLY_QUOTAS["professional"]
    assert MONTHLY_QUOTAS["professional"] == MONTHLY_QUOTAS["premium"]


def test_managing_webhooks_includes_reading_and_writing_them() -> None:
    assert granted(["webhook:manage"]) == {"webhook:manage", "read:webhooks", "write:webhooks"}
    assert granted(["read:calls"]) == {"read:calls"}


@given(timestamp=st.floats(0, 4e9), seconds=st.sampled_from([60, 3600]))
def test_a_moment_lies_in_its_window(timestamp: float, seconds: int) -> None:
    window = Window.at(timestamp, seconds)
    assert window.resets_at - seconds <= timestamp < window.resets_at
    assert window.counter == f"w{window.resets_at - seconds}"
    assert Window.at(window.resets_at, seconds).counter != window.counter


def test_stale_counters_are_other_windows_and_months_beyond_two_years() -> None:
    months = [f"m{2024 + number // 12}-{number % 12 + 1:02d}" for number in range(30)]
    item = {"w0": 1, "w3600": 2, "window_seconds": 3600, "weight": 1, "monthly_quota": -1, **dict.fromkeys(months, 1)}
    stale = stale_counters(item, Window("w3600", 3600, 7200), months[-1])
    assert stale == ["w0", *months[:6]]
    assert month_counter(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == months[-1]
