"""Tasks in the table: `TENANT#<t>` / `TASK#<uuid7>`, on the due index while they are scheduled or under way."""

import json
from collections.abc import Iterator
from datetime import datetime

from tandem import postings
from tandem.aws import table
from tandem.aws.table import DUE_INDEX, Absent, Attr, Delete, Item, Key, Put, Write
from tandem.clock import iso, parse
from tandem.shards import shard, shards
from tandem.tasks.models import Status, Task, terms

INDEXED = _FAMILY = "TASK"


def key(tenant_id: str, task_id: str) -> tuple[str, str]:
    """The key of a task."""
    return f"TENANT#{tenant_id}", f"TASK#{task_id}"


def get(tenant_id: str, task_id: str) -> Task | None:
    """One task, or None."""
    item = table.get(*key(tenant_id, task_id))
    return from_item(item) if item else None


def get_many(tenant_id: str, task_ids: list[str]) -> list[Task]:
    """Those of the tasks, at most 100, that are there, in this order."""
    items = table.get_many([key(tenant_id, each) for each in task_ids]) if task_ids else []
    return [from_item(item) for item in items if item]


def insertion(task: Task) -> list[Write]:
    """The writes of a new task."""
    found_by = postings.writes(task.tenant_id, INDEXED, task.task_id, frozenset(), terms(task))
    return [Put(_item(task), Absent), *found_by]


def change(before: Task, after: Task) -> list[Write]:
    """The writes of a changed task, if it is still as it was read; the first is the task itself."""
    found_by = postings.writes(after.tenant_id, INDEXED, after.task_id, terms(before), terms(after))
    return [Put(_item(after), Attr("version").eq(before.version)), *found_by]


def deletion(task: Task) -> list[Write]:
    """The writes that remove a task, if it is still as it was read."""
    pk, sk = key(task.tenant_id, task.task_id)
    found_by = postings.writes(task.tenant_id, INDEXED, task.task_id, terms(task), frozenset())
    return [Delete(pk, sk, Attr("version").eq(task.version)), *found_by]


def due(until: datetime) -> Iterator[Task]:
    """Tasks that must be looked at by then, from every shard."""
    for name in shards(_FAMILY):
        condition = Key("due_shard").eq(name) & Key("due_at").lte(iso(until))
        keys = [(item["pk"], item["sk"]) for item in table.query_index(condition, index=DUE_INDEX)]
        for start in range(0, len(keys), 100):
            yield from (from_item(item) for item in table.get_many(keys[start : start + 100]) if item)


def from_item(item: Item) -> Task:
    """The task of an item."""
    return Task(
        tenant_id=item["pk"].partition("#")[2],
        task_id=item["task_id"],
        agent_id=item["agent_id"],
        name=item["name"],
        to_number=item["to_number"],
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        description=item.get("description"),
        starting_message=item.get("starting_message"),
        context_data=json.loads(item["context_data"]),
        priority=item["priority"],
        scheduled_at=_moment(item.get("scheduled_at")),
        webhook_url=item.get("webhook_url"),
        webhook_id=item.get("webhook_id"),
        webhook_events=item["webhook_events"],
        status=Status(item["status"]),
        call_id=item.get("call_id"),
        error=item.get("error"),
        started_at=_moment(item.get("started_at")),
        completed_at=_moment(item.get("completed_at")),
        looked_at=_moment(item.get("looked_at")),
        test=item.get("test", False),
        version=item["version"],
    )


def _item(task: Task) -> Item:
    pk, sk = key(task.tenant_id, task.task_id)
    due_at = task.due_at
    return {
        "pk": pk,
        "sk": sk,
        "kind": "task",
        "task_id": task.task_id,
        "agent_id": task.agent_id,
        "name": task.name,
        "to_number": task.to_number,
        "description": task.description,
        "starting_message": task.starting_message,
        "context_data": json.dumps(task.context_data, ensure_ascii=False),
        "priority": task.priority,
        "scheduled_at": _text(task.scheduled_at),
        "webhook_url": task.webhook_url,
        "webhook_id": task.webhook_id,
        "webhook_events": list(task.webhook_events),
        "status": task.status.value,
        "call_id": task.call_id,
        "error": task.error,
        "started_at": _text(task.started_at),
        "completed_at": _text(task.completed_at),
        "looked_at": _text(task.looked_at),
        "test": task.test or None,
        "version": task.version,
        "created_at": iso(task.created_at),
        "updated_at": iso(task.updated_at),
        "due_shard": shard(_FAMILY, task.task_id) if due_at else None,
        "due_at": _text(due_at),
    }


def _moment(text: str | None) -> datetime | None:
    return parse(text) if text else None


def _text(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
