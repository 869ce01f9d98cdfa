"""Identifiers that sort by time, and the time that the local stack can move."""

import struct
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem import clock, ids
from tandem.config import settings
from tandem.shards import shard, shards

moments = st.integers(86_400_000, 7_000_000_000_000).map(
    lambda ms: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
)


@pytest.fixture
def moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    file = tmp_path / "clock"
    monkeypatch.setenv("STAGE", "local")
    monkeypatch.setenv("TANDEM_CLOCK_FILE", str(file))
    settings.cache_clear()
    yield file
    settings.cache_clear()


def test_the_platforms_time_is_the_machines_moved_by_the_file(moved: Path) -> None:
    moved.write_bytes(struct.pack("<d", 0.0))
    assert abs(clock.timestamp() - time.time()) < 1
    with moved.open("r+b") as file:
        file.write(struct.pack("<d", 86400.5))
    assert abs(clock.timestamp() - time.time() - 86400.5) < 1
    assert abs((clock.parse(clock.after(60)) - clock.now()).total_seconds() - 60) < 1


def test_no_other_stage_has_a_movable_clock(moved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved.write_bytes(struct.pack("<d", 86400.0))
    monkeypatch.setenv("STAGE", "prod")
    settings.cache_clear()
    assert abs(clock.timestamp() - time.time()) < 1


def test_a_new_id_is_a_uuid7_of_now(moved: Path) -> None:
    moved.write_bytes(struct.pack("<d", 0.0))
    before = time.time()
    made = [uuid.UUID(ids.new_id()) for _ in range(500)]
    assert len(set(made)) == 500
    assert all(one.version == 7 and one.variant == uuid.RFC_4122 for one in made)
    assert all(int(before * 1000) <= one.int >> 80 <= time.time() * 1000 for one in made)


def test_ids_of_one_millisecond_sort_as_they_were_made(moved: Path) -> None:
    moved.write_bytes(struct.pack("<d", 0.0))
    made: list[str] = []
    for _ in range(500):
        made.append(ids.new_id())
        after = time.time() + 5e-6
        while time.time() < after:
            pass
    assert made == sorted(made)
    milliseconds = [uuid.UUID(one).int >> 80 for one in made]
    assert len(set(milliseconds)) < len(milliseconds) / 5


@given(one=moments, two=moments)
def test_ids_sort_as_their_moments(one: datetime, two: datetime) -> None:
    first, second = ids.earliest_id(one), ids.earliest_id(two)
    assert (first < second) == (one < two)


def test_before_the_epoch_there_are_no_ids() -> None:
    assert ids.earliest_id(datetime(1960, 1, 1, tzinfo=UTC)) == ids.earliest_id(datetime(1970, 1, 1, tzinfo=UTC))


def test_a_derived_id_is_the_same_for_the_same_parts_only() -> None:
    assert ids.derived_id("a", "b") == ids.derived_id("a", "b")
    assert len({ids.derived_id(*parts) for parts in [("a", "b"), ("ab",), ("b", "a"), ("a", "b", "")]}) == 4
    assert uuid.UUID(ids.derived_id("a")).version == 8


@given(moment=moments)
def test_a_moment_survives_being_written_to_the_millisecond(moment: datetime) -> None:
    text = clock.iso(moment)
    assert text.endswith("Z")
    assert timedelta(0) <= moment - clock.parse(text) < timedelta(milliseconds=1)


@given(one=moments, two=moments)
def test_written_moments_sort_as_they_follow(one: datetime, two: datetime) -> None:
    assert (clock.iso(one) < clock.iso(two)) <= (one < two)


def test_a_moment_without_a_zone_is_utc_and_another_zone_is_kept_in_mind() -> None:
    assert clock.parse("2024-01-31T12:00:00") == datetime(2024, 1, 31, 12, tzinfo=UTC)
    east = datetime(2024, 1, 31, 12, tzinfo=timezone(timedelta(hours=3)))
    assert clock.iso(east) == "2024-01-31T09:00:00.000Z"


def test_shards_spread_and_stay() -> None:
    names = [str(number) for number in range(2000)]
    assert {shard("CALL", name) for name in names} == set(shards("CALL"))
    assert [shard("CALL", name) for name in names] == [shard("CALL", name) for name in names]
