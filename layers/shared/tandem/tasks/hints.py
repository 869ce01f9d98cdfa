"""Messages to the workers: that tasks may be due, of which losing one costs time, never a task; and what to tell."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from tandem import clock
from tandem.aws import queue
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.observability import logger
from tandem.tasks.models import Status, Task

AHEAD = timedelta(seconds=60)
"""How far ahead hints are sent: until the next sweep comes."""


class TaskDue(BaseModel):
    """The hint that a task may be due; the task itself says whether it is. With `event_id`, that its webhook is to be
    told of something; `hops`: how often that has waited already."""

    tenant_id: str
    task_id: str
    event_id: str | None = None
    hops: int = 0


def send(tenant_id: str, tasks: Sequence[Task], moment: datetime) -> None:
    """Have workers look at these tasks of a tenant, each at its time, in this order where that is the same. Raises
    Unavailable."""
    queue.send(settings().task_queue, [_message(task, moment) for task in tasks], group=tenant_id)


def send_soon(task: Task) -> None:
    """Have a worker look at a task that is due before a sweep would be sure to find it."""
    moment = clock.now()
    if task.status is not Status.PENDING or task.scheduled_at is None or task.scheduled_at > moment + AHEAD:
        return
    try:
        send(task.tenant_id, [task], moment)
    except Unavailable:
        logger().warning("no hint of a task that is due soon: the sweep will find it", task_id=task.task_id)


def send_told(tenant_id: str, task_id: str, event_id: str, *, hops: int = 0, after: int = 0) -> None:
    """Have a worker tell a task's webhook of an event, in so many seconds. Raises Unavailable."""
    told = TaskDue(tenant_id=tenant_id, task_id=task_id, event_id=event_id, hops=hops)
    queue.send(settings().task_queue, [(told.model_dump_json(), after)], group=tenant_id)


def _message(task: Task, moment: datetime) -> queue.Message:
    wait = ((task.scheduled_at or moment) - moment).total_seconds()
    hint = TaskDue(tenant_id=task.tenant_id, task_id=task.task_id)
    return hint.model_dump_json(exclude_defaults=True), max(0, math.ceil(wait))
