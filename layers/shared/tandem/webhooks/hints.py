"""Hints to the workers that deliveries may be due. Losing one costs time, never a delivery."""

import math
from collections.abc import Iterable

from tandem.aws import queue
from tandem.config import settings
from tandem.webhooks.models import DeliveryDue

_LONGEST_CHAIN = 12


def send(tenant_id: str, endpoint_id: str, event_ids: Iterable[str], *, after: float = 0, hops: int = 0) -> None:
    """Have workers look at these deliveries `after` so many seconds. A pause too long for the queue is left to the
    sweep of the due index, and so is a chain of hints that led to hints: Lambda stops one at about sixteen."""
    if after > queue.LONGEST_DELAY or hops >= _LONGEST_CHAIN:
        return
    delay = math.ceil(after)
    messages = [
        (
            DeliveryDue(tenant_id=tenant_id, endpoint_id=endpoint_id, event_id=event_id, hops=hops).model_dump_json(),
            delay,
        )
        for event_id in event_ids
    ]
    queue.send(settings().webhook_queue, messages, group=endpoint_id)
