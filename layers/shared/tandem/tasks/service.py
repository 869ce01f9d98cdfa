"""What we do with tasks that are there: found, changed, put back, removed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from tandem import clock, postings
from tandem.assistants import service as assistants
from tandem.assistants.models import AgentView
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.errors import Conflict, NotFound, Unavailable
from tandem.ids import is_id
from tandem.shapes import SnakeDeleted
from tandem.tasks import store
from tandem.tasks.models import ACTIVE, DELETABLE, RESETTABLE, Status, Task
from tandem.tasks.shapes import TaskView, TaskWithAgent


def list_tasks(
    tenant_id: str, *, agent_id: str | None, status: str | None, limit: int, offset: int
) -> tuple[list[TaskView], int]:
    """A span of the tasks that match, newest first, and how many there are."""
    wanted = [f"{name}={value}" for name, value in (("agent", agent_id), ("status", status)) if value is not None]
    ids, total = postings.page(tenant_id, store.INDEXED, wanted, offset=offset, limit=limit)
    return [view(task) for task in store.get_many(tenant_id, ids)], total


def get_task(tenant_id: str, task_id: str) -> Task:
    """One task. Raises NotFound."""
    task = store.get(tenant_id, task_id) if is_id(task_id) else None
    if task is None:
        raise NotFound("No such task.")
    return task


def show_task(tenant_id: str, task_id: str) -> TaskWithAgent:
    """One task with its agent. Raises NotFound."""
    task = get_task(tenant_id, task_id)
    agent = assistants.find_agent(tenant_id, task.agent_id)
    shown: AgentView | None = assistants.view(agent) if agent else None
    return TaskWithAgent(**view(task).model_dump(), agent=shown)


def reset_task(tenant_id: str, task_id: str, *, actor: str) -> TaskView:
    """Let a task that is over be executed anew; not by itself, whatever it was scheduled for. Raises NotFound; Conflict
    where it is not over, or its agent is gone."""

    def decide(task: Task) -> Task:
        if task.status not in RESETTABLE:
            raise wrong_state(task, "Only a completed or failed task can be reset.")
        return replace(
            task,
            status=Status.PENDING,
            scheduled_at=None,
            call_id=None,
            error=None,
            started_at=None,
            completed_at=None,
            looked_at=None,
        )

    return view(change(tenant_id, task_id, decide, actor=actor, action="task.reset", relying=True))


def delete_task(tenant_id: str, task_id: str, *, actor: str) -> SnakeDeleted:
    """Remove a task; its calls stay. Raises NotFound; Conflict unless it is pending or failed."""
    for _ in table.tries():
        task = get_task(tenant_id, task_id)
        if task.status not in DELETABLE:
            raise wrong_state(task, "Only a pending or failed task can be deleted.")
        try:
            table.transact([*store.deletion(task), audit.entry(tenant_id, actor, "task.delete", task_id, {})])
        except TransactionCancelled:
            continue
        return SnakeDeleted(id=task_id)
    raise busy()


def delete_agent(tenant_id: str, agent_id: str, *, actor: str) -> SnakeDeleted:
    """Remove an AI agent; its calls and the tasks that are over stay. Raises NotFound; Conflict while tasks are pending
    or in progress.

    While they are counted no task can be made for it, so that none is left without an agent.
    """
    for _ in table.tries():
        agent = assistants.get_agent(tenant_id, agent_id)
        if not assistants.leave(agent):
            continue
        if active := sum(_number(tenant_id, agent_id, status) for status in ACTIVE):
            assistants.stay(agent)
            raise Conflict(
                "The agent has tasks that are pending or in progress: delete or finish them first.",
                details={"active_tasks": active},
            )
        if assistants.remove(agent, actor=actor):
            return SnakeDeleted(id=agent_id)
    raise assistants.busy()


def change(
    tenant_id: str,
    task_id: str,
    rule: Callable[[Task], Task],
    *,
    actor: str,
    action: str,
    about: Mapping[str, object] | None = None,
    also: Callable[[Task], Sequence[Write]] | None = None,
    relying: bool = False,
) -> Task:
    """Apply a pure rule to a task and write what it is then, with what else follows from it (`also`), against whatever
    else is being written; nothing when that is nothing new. `relying`: only if its agent is there and stays. Raises
    NotFound, Conflict, and what the rule does."""
    for _ in table.tries():
        before = get_task(tenant_id, task_id)
        after = rule(before)
        if after == before:
            return before
        after = replace(after, updated_at=clock.now(), version=before.version + 1)
        needed = [assistants.requiring(tenant_id, before.agent_id)] if relying else []
        told = audit.entry(tenant_id, actor, action, task_id, about or {"status": [before.status, after.status]})
        try:
            table.transact([*needed, *store.change(before, after), *(also(after) if also else ()), told])
        except TransactionCancelled as cancelled:
            if relying and cancelled.failed[0] is not None:
                raise Conflict("The task's agent was deleted.") from cancelled
            continue
        return after
    raise busy()


def view(task: Task, secret: str | None = None) -> TaskView:
    """A task as it is shown."""
    times = {
        name: clock.iso(moment) if (moment := getattr(task, name)) else None
        for name in ("scheduled_at", "started_at", "completed_at")
    }
    return TaskView(
        id=task.task_id,
        agent_id=task.agent_id,
        name=task.name,
        description=task.description,
        to_number=task.to_number,
        starting_message=task.starting_message,
        context_data=dict(task.context_data),
        priority=task.priority,
        webhook_url=task.webhook_url,
        webhook_events=list(task.webhook_events),
        status=task.status.value,
        call_id=task.call_id,
        error=task.error,
        created_at=clock.iso(task.created_at),
        updated_at=clock.iso(task.updated_at),
        webhook_secret=secret,
        **times,
    )


def busy() -> Unavailable:
    """What to answer when others were quicker every time."""
    return Unavailable("This task is being changed by many at once. Try again shortly.", retry_after=1)


def _number(tenant_id: str, agent_id: str, status: Status) -> int:
    return postings.page(tenant_id, store.INDEXED, [f"agent={agent_id}", f"status={status}"], offset=0, limit=1)[1]


def wrong_state(task: Task, message: str) -> Conflict:
    """What to answer where the task's status does not allow something."""
    return Conflict(message, details={"status": task.status.value})
