"""Schedule expressions: when they are due."""

from datetime import UTC, datetime

import pytest

from infra.local.cron import InvalidSchedule, next_due


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("expression", "after", "due"),
    [
        ("rate(1 minute)", "2026-01-01T00:00:30", "2026-01-01T00:01:30"),
        ("rate(5 minutes)", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("rate(1 day)", "2026-01-31T10:00:00", "2026-02-01T10:00:00"),
        ("cron(0 10 * * ? *)", "2026-01-01T10:00:00", "2026-01-02T10:00:00"),
        ("cron(0/15 * * * ? *)", "2026-01-01T10:16:00", "2026-01-01T10:30:00"),
        ("cron(15 12 ? * MON-FRI *)", "2026-01-02T12:15:00", "2026-01-05T12:15:00"),
        ("cron(0 8 1 * ? *)", "2026-01-01T08:00:01", "2026-02-01T08:00:00"),
        ("cron(0 8 L * ? *)", "2026-02-01T00:00:00", "2026-02-28T08:00:00"),
        ("cron(0 8 ? JAN 2#1 2027)", "2026-01-01T00:00:00", "2027-01-04T08:00:00"),
        ("cron(0 8 ? * 6L *)", "2026-01-01T00:00:00", "2026-01-30T08:00:00"),
        ("cron(30 0,12 * 3 ? *)", "2026-03-01T00:30:00", "2026-03-01T12:30:00"),
    ],
)
def test_the_next_instant(expression: str, after: str, due: str) -> None:
    assert next_due(expression, at(after)) == at(due)


def test_a_zone_moves_the_instant_with_daylight_saving() -> None:
    daily = "cron(0 9 * * ? *)"
    assert next_due(daily, at("2026-01-10T00:00:00"), "Europe/Berlin") == at("2026-01-10T08:00:00")
    assert next_due(daily, at("2026-07-10T00:00:00"), "Europe/Berlin") == at("2026-07-10T07:00:00")


@pytest.mark.parametrize(
    "expression",
    [
        *("rate(1 minutes)", "rate(2 minute)", "rate(0 minutes)", "rate(5 seconds)", "every day", "cron(0 10 * * ?)"),
        *("cron(0 10 * * * *)", "cron(61 10 * * ? *)", "cron(x 10 * * ? *)", "cron(0 0 1 1 ? 1999)"),
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(InvalidSchedule):
        next_due(expression, at("2026-01-01T00:00:00"))
