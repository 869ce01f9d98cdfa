"""What an agent says first and knows of a call; when a task must be looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tandem.tasks.models import LOOKED_AT_AGAIN, Status, Task, spoken, terms, variables

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TASK = Task("t", "task-1", "agent-1", "Call", "+15005550001", NOW, NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{name}}!", "Hello Ada!"),
        ("Hello {{ name }}, {{name}}.", "Hello Ada, Ada."),
        ("Order {{number}} costs {{price}}", "Order 7 costs 1.5"),
        ("It is {{late}}.", "It is true."),
        ("Of {{items}}", 'Of ["a", "ä"]'),
        ("Hello {{unknown}}!", "Hello!"),
        ("Hello {{nothing}} , how are you?", "Hello, how are you?"),
        ("Hello {{unknown}} there", "Hello there"),
        ("{{unknown}}", None),
        ("{{first name}}", "Ada Obi"),
        ("Two  blanks and {braces} stay", "Two  blanks and {braces} stay"),
        ("{{{name}}}", "{Ada}"),
        ("{{}} {{name", "{{}} {{name"),
        ("{{recursive}}", "{{name}}"),
        (None, None),
    ],
)
def test_a_starting_message_says_what_the_context_has(text: str | None, said: str | None) -> None:
    context = {
        "name": "Ada",
        "first name": "Ada Obi",
        "number": 7,
        "price": 1.5,
        "late": True,
        "items": ["a", "ä"],
        "nothing": None,
        "recursive": "{{name}}",
    }
    assert spoken(text, context) == said


def test_variables_are_plain_values() -> None:
    context: dict[str, Any] = {"a": "x", "b": 1, "c": 1.5, "d": False, "e": None, "f": {"g": [1]}, "h": []}
    assert variables(context) == {"a": "x", "b": 1, "c": 1.5, "d": False, "f": '{"g": [1]}', "h": "[]"}


def test_a_task_is_looked_at_when_it_is_due_and_while_it_is_under_way() -> None:
    scheduled = replace(TASK, scheduled_at=NOW)
    under_way = replace(scheduled, status=Status.IN_PROGRESS, started_at=NOW)
    looked_at = replace(under_way, looked_at=NOW + timedelta(hours=1))
    assert [one.due_at for one in (TASK, scheduled)] == [None, NOW]
    assert under_way.due_at == NOW + LOOKED_AT_AGAIN
    assert looked_at.due_at == NOW + timedelta(hours=1) + LOOKED_AT_AGAIN
    for over in (Status.COMPLETED, Status.FAILED):
        assert replace(under_way, status=over).due_at is None


def test_a_task_is_found_by_its_status_and_its_agent() -> None:
    assert terms(TASK) == {"status=pending", "agent=agent-1"}


def test_only_a_webhook_that_goes_somewhere_is_told() -> None:
    told = replace(TASK, webhook_id="task-x", webhook_events=["call_failed"])
    assert [told.tells("call_failed"), told.tells("call_started"), TASK.tells("call_failed")] == [True, False, False]
