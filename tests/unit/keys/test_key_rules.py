"""API keys: their form, their limits, their counters."""

import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.keys.models import (
    AGENTS,
    GROUP_LIMITS,
    HOURLY_LIMITS,
    LIVE,
    MONTHLY_QUOTAS,
    PREFIXES,
    TEST,
    Window,
    granted,
    is_well_formed,
    is_within,
    limit_of,
    locator_of,
    month_counter,
    new_key,
    not_granted,
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


def test_stale_counters_are_those_of_windows_and_months_gone_by() -> None:
    months = ["m2026-04", "m2026-05", "m2026-06"]
    kept = {"window_seconds": 3600, "weight": 1, "monthly_quota": -1, "granted": 1, "ganalytics:3660": 1, "w3600": 2}
    item = {"w0": 1, "ganalytics:3540": 9, "grecordings:3600": 1, **kept, **dict.fromkeys(months, 1)}
    own, group = Window.at(3670, 3600), Window.at(3670, 60, "analytics")
    assert stale_counters(item, [own, group], months[-1]) == ["w0", "ganalytics:3540", "grecordings:3600", *months[:2]]
    assert stale_counters(item, [own], months[-1]) == ["w0", "ganalytics:3540", *months[:2]]
    assert month_counter(datetime(2026, 6, 30, 23, 59, tzinfo=UTC)) == months[-1]


@given(timestamp=st.integers(0, 2**32), group=st.sampled_from(sorted(GROUP_LIMITS)))
def test_a_groups_counter_is_kept_for_its_minute_and_no_longer(timestamp: int, group: str) -> None:
    window = Window.at(timestamp, 60, group)
    item = {window.counter: 1}
    assert stale_counters(item, [Window.at(timestamp, 3600), window], "m") == []
    later = Window.at(timestamp + 60, 60, group)
    assert stale_counters(item, [Window.at(timestamp + 60, 3600), later], "m") == [window.counter]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_a_rotated_key_is_found_where_the_one_before_was(prefix: str) -> None:
    before = new_key(prefix)
    after = new_key(prefix, locator_of(before))
    assert is_well_formed(after)
    assert locator_of(after) == locator_of(before)
    assert (after[len(prefix) + 12 :] != before[len(prefix) + 12 :], len(after)) == (True, len(before))


@pytest.mark.parametrize(
    ("wanted", "own", "lacking"),
    [
        (["read:calls"], ["read:calls"], []),
        (["read:calls", "write:calls"], ["read:calls"], ["write:calls"]),
        (["webhook:manage"], ["read:webhooks", "write:webhooks"], []),
        (["webhook:manage"], ["read:webhooks"], ["webhook:manage"]),
        (["read:webhooks"], [], ["read:webhooks"]),
    ],
)
def test_who_has_all_that_a_permission_includes_can_give_it(
    wanted: list[str], own: list[str], lacking: list[str]
) -> None:
    assert not_granted(wanted, frozenset(own)) == lacking


@pytest.mark.parametrize("address", ["", "x", "1.2.3", "999.1.1.1", "203.0.113.5, 10.0.0.1"])
def test_what_is_no_address_is_nowhere_unless_a_key_may_be_used_anywhere(address: str) -> None:
    assert is_within(address, [])
    assert not is_within(address, ["0.0.0.0/0", "::/0"])


@given(address=st.ip_addresses())
def test_every_address_belongs_to_its_own_network_and_to_all_of_its_kind(address: Any) -> None:
    assert is_within(str(address), [f"{address}/{address.max_prefixlen}"])
    assert is_within(str(address), ["0.0.0.0/0", "::/0"])
