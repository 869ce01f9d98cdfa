"""Tasks that are due by themselves: found by the minute, executed from a queue at their second."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta

from tandem import clock
from tandem.aws.table import Write
from tandem.calls import lookup as calls
from tandem.errors import CarrierRefused, Problem, Unavailable
from tandem.ids import new_id
from tandem.sweeping import each
from tandem.tasks import execution, hints, service, store, telling, webhook
from tandem.tasks.hints import TaskDue
from tandem.tasks.models import Status, Task

_EARLY = timedelta(seconds=1)
_ACTOR = "schedule:tasks"


def run_due(moment: datetime) -> int:
    """Send a hint for each task that is due before the next sweep, to come when it is; how many that were. Of a
    tenant's tasks the higher priority comes first. Tasks that have been under way for long are looked after."""
    found = list(store.due(moment + hints.AHEAD))
    waiting: defaultdict[str, list[Task]] = defaultdict(list)
    for task in sorted(found, key=_order):
        if task.status is Status.PENDING:
            waiting[task.tenant_id].append(task)
    for tenant_id, tasks in waiting.items():
        hints.send(tenant_id, tasks, moment)
    under_way = [task for task in found if task.status is Status.IN_PROGRESS and (task.due_at or moment) <= moment]
    each(under_way, lambda task: _look_after(task, moment))
    return sum(map(len, waiting.values()))


def run_task(hint: TaskDue) -> None:
    """Execute a task if it is due, once however often the hint comes. One that cannot be executed has failed, and says
    why. Raises Unavailable, after which the hint comes again. A hint of an event tells that to the task's webhook."""
    if hint.event_id is not None:
        telling.tell(hint, hint.event_id)
        return
    task = store.get(hint.tenant_id, hint.task_id)
    if task is None or not _is_due(task):
        return
    try:
        execution.execute_task(task.tenant_id, task.task_id, call_id=new_id(), actor=_ACTOR, test=task.test)
    except CarrierRefused:
        return  # the task has failed, and says why
    except Unavailable:
        raise  # it is no fault of the task's: the hint comes again
    except Problem as problem:
        _fail(task, problem.message)


def _order(task: Task) -> tuple[int, datetime, str]:
    return -task.priority, task.scheduled_at or task.created_at, task.task_id


def _is_due(task: Task) -> bool:
    due_at = task.scheduled_at if task.status is Status.PENDING else None
    return due_at is not None and due_at <= clock.now() + _EARLY


def _fail(wanted: Task, error: str) -> None:
    """End a task that could not be executed, unless it has become another one meanwhile."""

    def decide(task: Task) -> Task:
        if task.status is not Status.PENDING or task.version != wanted.version:
            return task
        return replace(task, status=Status.FAILED, error=error, completed_at=clock.now())

    def told(task: Task) -> list[Write]:
        return webhook.telling(task, "call_failed", clock.now())

    service.change(wanted.tenant_id, wanted.task_id, decide, actor=_ACTOR, action="task.fail", also=told)


def _look_after(task: Task, moment: datetime) -> None:
    """End a task whose call is over although nobody told; look again later at one whose call is not."""
    call = calls.get_call(task.tenant_id, task.call_id or "")
    if call.status.is_final:
        execution.finish(call)
        return

    def decide(present: Task) -> Task:
        same = present.status is Status.IN_PROGRESS and present.call_id == task.call_id
        return replace(present, looked_at=moment) if same else present

    service.change(task.tenant_id, task.task_id, decide, actor=_ACTOR, action="task.look")
