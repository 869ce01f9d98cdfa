"""What a task's webhook is told: noted with what happened, sent once it is known what was said in the call."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from tandem.aws.table import Write
from tandem.calls import service as calls
from tandem.events import outbox
from tandem.events.models import TASK_TOLD, Event
from tandem.ids import new_id
from tandem.tasks import hints
from tandem.tasks.hints import TaskDue
from tandem.tasks.models import Task
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript
from tandem.webhooks import tasks as destinations

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds between the looks for what was said: providers tell it some time after the call."""

LONGEST_EXCERPT = 500
"""Characters."""

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
    event = Event(new_id(), task.tenant_id, TASK_TOLD + name, moment, task.webhook_id, _text(body))
    return [outbox.insertion(event)]


def tell(message: TaskDue, event_id: str) -> None:
    """Hand what happened to the webhooks' pipeline, with excerpts; as long as those may yet come, a little later.
    Repeating it has no further effect."""
    event = outbox.get(message.tenant_id, event_id)
    if event is None:
        return  # it has expired
    body: dict[str, Any] = json.loads(event.body)
    if body["call_id"] and not event.type.endswith("call_started"):
        call = calls.get_call(message.tenant_id, body["call_id"])
        transcript = transcripts.find(message.tenant_id, call.call_id)
        unfinished = call.answered_at is not None and (transcript is None or transcript.finished_at is None)
        if unfinished and message.hops < len(PAUSES):
            pause = PAUSES[message.hops]
            hints.send_told(message.tenant_id, message.task_id, event_id, hops=message.hops + 1, after=pause)
            return
        body["data"] = {"transcript_excerpt": _said(transcript), "report_excerpt": None}
    destinations.deliver(replace(event, body=_text(body)))


def _said(transcript: Transcript | None) -> str | None:
    """The beginning of what was said, a line a turn."""
    lines = [f"{turn.role.value}: {turn.text}" for turn in (transcript.turns if transcript else ()) if turn.final]
    return _excerpt("\n".join(lines))


def _excerpt(text: str) -> str | None:
    short = text if len(text) <= LONGEST_EXCERPT else f"{text[: LONGEST_EXCERPT - 1]}…"
    return short or None


def _text(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
