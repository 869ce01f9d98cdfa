"""Publishing what happened: to the customers' webhooks, and to the platform's own workers."""

import json
from datetime import datetime

from tandem.aws.marshal import Item
from tandem.events import outbox
from tandem.events.models import RECORDING_FOUND, TASK_TOLD, TRANSCRIPT_COMPLETED, Event
from tandem.recordings import requests as recording_requests
from tandem.sweeping import each
from tandem.tasks import hints as tasks
from tandem.webhooks import service as webhooks


def publish(event: Event) -> None:
    """Hand an event to everyone it concerns. Repeating it has no further effect; a failure leaves it to the sweep."""
    if event.type == RECORDING_FOUND:
        recording_requests.send(event.tenant_id, event.subject)
    if event.type == TRANSCRIPT_COMPLETED:
        recording_requests.look_at_transcript(event.tenant_id, event.subject)
    if event.type.startswith(TASK_TOLD):
        tasks.send_told(event.tenant_id, json.loads(event.body)["task_id"], event.event_id)
    if not event.is_internal:
        webhooks.fan_out(event)
    outbox.mark_published(event)


def publish_item(item: Item) -> None:
    """Publish the event of a stream image."""
    publish(outbox.from_item(item))


def publish_overdue(moment: datetime) -> int:
    """Publish what the stream missed; how many events that were."""
    return each(outbox.overdue(moment), publish)
