"""How a span of time falls into whole months, days and hours, and the counts of each. Pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from tandem.records import record


class Level(StrEnum):
    """How long a counted period is."""

    HOUR = "HOUR"
    DAY = "DAY"
    MONTH = "MONTH"


_FORMATS = {Level.HOUR: "%Y%m%d%H", Level.DAY: "%Y%m%d", Level.MONTH: "%Y%m"}


@record
class Piece:
    """Part of a span: whole periods of a level, or with None a part of one hour. None as an end: without end."""

    level: Level | None
    start: datetime | None
    end: datetime | None


@record
class Counted:
    """What was counted in one period: how many calls are wanted, and of how many they are a part."""

    level: Level | None
    start: datetime | None
    end: datetime | None
    wanted: int
    all: int


def period(level: Level, moment: datetime) -> str:
    """The name of the period that a moment is in: `2026112106`, `20261121` or `202611` (UTC)."""
    return moment.astimezone(UTC).strftime(_FORMATS[level])


def bounds(level: Level, name: str) -> tuple[datetime, datetime]:
    """When a period begins, and when the next does."""
    start = datetime.strptime(name, _FORMATS[level]).replace(tzinfo=UTC)
    return start, _next(level, start)


def pieces(start: datetime | None, end: datetime | None, longest: Level = Level.MONTH) -> list[Piece]:
    """A span [start, end) as few pieces of whole periods, none of them longer than that, newest first."""
    if start and end and start >= end:
        return []
    levels = list(Level)
    return list(_split(None, levels[: levels.index(longest) + 1], start, end))


def below(counted: Counted) -> Piece:
    """A counted period as its shorter ones."""
    level = Level.HOUR if counted.level == Level.DAY else Level.DAY
    return Piece(level, counted.start, counted.end)


def _split(level: Level | None, longer: list[Level], start: datetime | None, end: datetime | None) -> Iterator[Piece]:
    """A span of whole periods of `level`, with those of the longer ones taken together."""
    if not longer:
        yield Piece(level, start, end)
        return
    low, high = _at_or_after(longer[0], start) if start else None, _begin(longer[0], end) if end else None
    if low and high and low > high:
        yield Piece(level, start, end)
        return
    if end != high:
        yield Piece(level, high, end)
    if low is None or low != high:
        yield from _split(longer[0], longer[1:], low, high)
    if start != low:
        yield Piece(level, start, low)


def _begin(level: Level, moment: datetime) -> datetime:
    return bounds(level, period(level, moment))[0]


def _at_or_after(level: Level, moment: datetime) -> datetime:
    begin = _begin(level, moment)
    return begin if begin == moment else _next(level, begin)


def _next(level: Level, start: datetime) -> datetime:
    if level == Level.HOUR:
        return start + timedelta(hours=1)
    return start + timedelta(days=1) if level == Level.DAY else (start + timedelta(days=32)).replace(day=1)
