"""Tasks: calls that an AI agent is to make, and where each stands. Pure."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from tandem.records import record

EVENTS = ("call_started", "call_completed", "call_failed")
"""What a task's webhook can be told."""

LOOKED_AT_AGAIN = timedelta(minutes=30)
"""After this it is looked whether the call of a task that is under way is over: the word of its end may be lost."""


class Status(StrEnum):
    """Where a task stands."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


ACTIVE = (Status.PENDING, Status.IN_PROGRESS)
"""While a task stands so, its agent cannot be removed."""

DELETABLE = (Status.PENDING, Status.FAILED)
RESETTABLE = (Status.COMPLETED, Status.FAILED)


@record
class Task:
    """A call that an AI agent is to make. `version` grows with every write.

    `call_id`: the call of the present or last execution. `webhook_id`: where its webhook's deliveries go. `test`: it
    was made with a test key, so its calls go to the sandbox.
    """

    tenant_id: str
    task_id: str
    agent_id: str
    name: str
    to_number: str
    created_at: datetime
    updated_at: datetime
    description: str | None = None
    starting_message: str | None = None
    context_data: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    scheduled_at: datetime | None = None
    webhook_url: str | None = None
    webhook_id: str | None = None
    webhook_events: Sequence[str] = EVENTS
    status: Status = Status.PENDING
    call_id: str | None = None
    error: str | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    looked_at: datetime | None = None
    """When it was last looked whether its call is over."""
    test: bool = False
    version: int = 1

    @property
    def due_at(self) -> datetime | None:
        """When it must be looked at by itself: when it is to be executed, or when its call must be over."""
        if self.status is Status.IN_PROGRESS and self.started_at:
            return (self.looked_at or self.started_at) + LOOKED_AT_AGAIN
        return self.scheduled_at if self.status is Status.PENDING else None

    def tells(self, event: str) -> bool:
        """Whether its webhook is told of this."""
        return self.webhook_id is not None and event in self.webhook_events


def terms(task: Task) -> frozenset[str]:
    """By which terms a task is found."""
    return frozenset({f"status={task.status.value}", f"agent={task.agent_id}"})


_PLACE = re.compile(r"\{\{\s*([^{}]{1,64}?)\s*\}\}")
_GAPS = re.compile(r"[ \t]{2,}")
_LOOSE = re.compile(r"[ \t]+([,.!?;:])")


def spoken(text: str | None, context: Mapping[str, Any]) -> str | None:
    """A starting message with what `context` has in the place of each `{{name}}`. What it has not is left out, with
    the blank before it: nobody wants to hear a placeholder. None where nothing is left to say."""
    if text is None:
        return None
    filled = _PLACE.sub(lambda found: _said(context.get(found[1])), text)
    if filled != text:
        filled = _LOOSE.sub(r"\1", _GAPS.sub(" ", filled)).strip()
    return filled or None


def variables(context: Mapping[str, Any]) -> dict[str, str | int | float | bool]:
    """The context as an agent's dynamic variables: what is not a plain value is JSON as text, null is left out."""
    return {name: value if isinstance(value, str | int | float) else _said(value) for name, value in _given(context)}


def _given(context: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in context.items() if value is not None)


def _said(value: Any) -> str:
    """A value as it is spoken: text as it stands, true and false as words, lists and objects as JSON."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False)
