"""What a task's webhook is told, noted in the transaction of what happened; and where that goes."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from tandem.aws.table import Write
from tandem.events import outbox
from tandem.events.models import TASK_TOLD, Event
from tandem.ids import new_id
from tandem.tasks.models import Task
from tandem.webhooks import tasks as destinations

_CALL_STATUS = {"call_started": "initiated", "call_completed": "completed", "call_failed": "failed"}


def told_at(task: Task) -> tuple[Task, str | None]:
    """The task with the destination of its webhook, and the secret that signs for it where that is a new one. Raises
    Invalid for a URL that cannot be used."""
    if task.webhook_url is None:
        return replace(task, webhook_id=None), None
    endpoint_id, secret = destinations.open_destination(task.tenant_id, task.webhook_url)
    return replace(task, webhook_id=endpoint_id), secret


def telling(task: Task, name: str, moment: datetime) -> list[Write]:
    """The outbox writes of an event of a task's call, if its webhook is told of it."""
    if task.webhook_id is None or not task.tells(name):
        return []
    body = {
        "event_type": name,
        "task_id": task.task_id,
        "call_id": task.call_id,
        "status": _CALL_STATUS[name],
        "data": {"transcript_excerpt": None, "report_excerpt": None},
    }
    event = Event(new_id(), task.tenant_id, TASK_TOLD + name, moment, task.webhook_id, as_text(body))
    return [outbox.insertion(event)]


def as_text(body: dict[str, Any]) -> str:
    """A body as it is sent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
