"""Telling a task's webhook what happened, once it is known what was said in the call."""

import json
from dataclasses import replace
from typing import Any

from tandem.calls import lookup as calls
from tandem.events import outbox
from tandem.reports import service as reports
from tandem.tasks import hints
from tandem.tasks.hints import TaskDue
from tandem.tasks.webhook import as_text
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript
from tandem.webhooks import tasks as destinations

PAUSES = (1, 2, 4, 8, 15, 30)
"""Seconds between the looks for what was said: providers tell it some time after the call."""

LONGEST_EXCERPT = 500
"""Characters."""


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
        summary = reports.summary(call, transcript)
        body["data"] = {"transcript_excerpt": _said(transcript), "report_excerpt": _excerpt(summary)}
    destinations.deliver(replace(event, body=as_text(body)))


def _said(transcript: Transcript | None) -> str | None:
    """The beginning of what was said, a line a turn."""
    lines = [f"{turn.role.value}: {turn.text}" for turn in (transcript.turns if transcript else ()) if turn.final]
    return _excerpt("\n".join(lines))


def _excerpt(text: str) -> str | None:
    short = text if len(text) <= LONGEST_EXCERPT else f"{text[: LONGEST_EXCERPT - 1]}…"
    return short or None
