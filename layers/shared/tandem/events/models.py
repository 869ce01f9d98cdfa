"""Events: what happened, kept in the transaction that made it happen (the outbox)."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tandem.clock import iso
from tandem.records import record

RECORDING_FOUND = "internal.recording.found"
"""The carrier has a recording of a call for us to fetch; for the platform itself, never delivered to customers."""

TRANSCRIPT_COMPLETED = "transcript.completed"
"""A conversation is over, and all that was said in it is known."""

TASK_TOLD = "internal.task."
"""What the types of events begin with that are for the webhook of one task, which is their subject."""

PUBLISH_WITHIN = 60
"""Seconds after which the sweep looks for an event that the stream has not published."""


@record
class Event:
    """Something that happened to a thing of a tenant. `body` is exactly what subscribers are sent."""

    event_id: str
    tenant_id: str
    type: str
    occurred_at: datetime
    subject: str
    body: str

    @property
    def is_internal(self) -> bool:
        """Whether it is the platform's own business."""
        return self.type.startswith("internal.")


def envelope(event_type: str, occurred_at: datetime, data: Mapping[str, Any]) -> str:
    """The body of a webhook: `{"event", "timestamp", "data"}`."""
    parts = {"event": event_type, "timestamp": iso(occurred_at), "data": data}
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
