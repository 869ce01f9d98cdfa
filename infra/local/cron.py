"""`rate()`, `cron()` and `at()` expressions of EventBridge: when is the next one due?"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

RATE = re.compile(r"rate\((\d+) (minute|minutes|hour|hours|day|days)\)")
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")


class InvalidSchedule(Exception):
    """An expression EventBridge would not accept, or one not implemented here."""


def next_due(expression: str, after: float, timezone: str = "UTC") -> float:
    """The first instant after `after` at which the expression fires; a rate counts from `after`."""
    rate = RATE.fullmatch(expression)
    if rate is not None:
        number, unit = int(rate.group(1)), rate.group(2)
        if (number == 1) == unit.endswith("s") or number == 0:
            raise InvalidSchedule(f"{expression}: singular for 1, plural otherwise")
        return after + number * SECONDS[unit.rstrip("s")]
    if expression.startswith("cron(") and expression.endswith(")"):
        fields = expression[5:-1].split()
        if len(fields) != 6:
            raise InvalidSchedule(f"{expression}: cron has six fields")
        return _next_cron(fields, after, ZoneInfo(timezone), expression)
    raise InvalidSchedule(f"{expression} is not a rate or cron expression")


def _next_cron(fields: list[str], after: float, zone: ZoneInfo, expression: str) -> float:
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    months = _values(fields[3], 1, 12, MONTHS, 1)
    years = _values(fields[5], 1970, 2199)
    if (fields[2] == "?") == (fields[4] == "?"):
        raise InvalidSchedule(f"{expression}: exactly one of day-of-month and day-of-week is '?'")
    start = datetime.fromtimestamp(after, UTC).astimezone(zone).replace(second=0, microsecond=0)
    day = start.replace(hour=0, minute=0)
    for _ in range(366 * 8):
        if day.year in years and day.month in months and _on_day(day, fields[2], fields[4]):
            for hour in sorted(hours):
                for minute in sorted(minutes):
                    moment = day.replace(hour=hour, minute=minute)
                    if moment.timestamp() > after:
                        return moment.timestamp()
        day = (day + timedelta(days=1)).replace(hour=0, minute=0)
    raise InvalidSchedule(f"{expression} never fires again")


def _on_day(day: datetime, day_of_month: str, day_of_week: str) -> bool:
    last = monthrange(day.year, day.month)[1]
    if day_of_week == "?":
        if day_of_month == "L":
            return day.day == last
        if day_of_month.endswith("W"):
            raise InvalidSchedule("W is not implemented")
        return day.day in _values(day_of_month, 1, 31)
    weekday = day.isoweekday() % 7 + 1
    if "#" in day_of_week:
        name, nth = day_of_week.split("#")
        return weekday in _values(name, 1, 7, DAYS, 1) and (day.day - 1) // 7 + 1 == int(nth)
    if day_of_week.endswith("L") and len(day_of_week) > 1:
        return weekday in _values(day_of_week[:-1], 1, 7, DAYS, 1) and day.day + 7 > last
    return weekday in _values(day_of_week, 1, 7, DAYS, 1)


def _values(field: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0) -> set[int]:
    return set(_expand(field, low, high, names, first))


def _expand(field: str, low: int, high: int, names: tuple[str, ...], first: int) -> Iterator[int]:
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            begin, end = low, high
        elif "-" in span:
            begin, end = (_number(item, names, first) for item in span.split("-"))
        else:
            begin = _number(span, names, first)
            end = high if step else begin
        if not low <= begin <= high or not low <= end <= high:
            raise InvalidSchedule(f"{field} is not between {low} and {high}")
        yield from range(begin, end + 1, int(step) if step else 1)


def _number(text: str, names: tuple[str, ...], first: int) -> int:
    if text.upper() in names:
        return names.index(text.upper()) + first
    if not text.isdigit():
        raise InvalidSchedule(f"{text} is not a number here")
    return int(text)
