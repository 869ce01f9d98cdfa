"""Making tasks, and changing what they are to do: with where their webhook goes."""

from dataclasses import replace

from tandem import clock
from tandem.assistants import service as assistants
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled
from tandem.errors import NotFound
from tandem.tasks import hints, service, store, webhook
from tandem.tasks.models import Status, Task
from tandem.tasks.shapes import TaskChange, TaskRequest, TaskView, given


def create_task(tenant_id: str, request: TaskRequest, *, task_id: str, actor: str, test: bool) -> TaskView:
    """Make a task. Raises NotFound for an unknown agent, Invalid for a webhook's URL that cannot be used."""
    moment = clock.now()
    if assistants.find_agent(tenant_id, request.agent_id) is None:
        raise _no_agent()
    task = Task(
        tenant_id=tenant_id,
        task_id=task_id,
        agent_id=request.agent_id,
        name=request.name,
        to_number=request.to_number,
        created_at=moment,
        updated_at=moment,
        test=test,
    )
    task, secret = webhook.told_at(replace(task, **given(request)))
    writes = [
        assistants.requiring(tenant_id, task.agent_id),
        *store.insertion(task),
        audit.entry(tenant_id, actor, "task.create", task_id, {}),
    ]
    for _ in table.tries():
        try:
            table.transact(writes)
        except TransactionCancelled as cancelled:
            if cancelled.failed[0] is not None:
                raise _no_agent() from cancelled
            continue
        hints.send_soon(task)
        return service.view(task, secret)
    raise service.busy()


def update_task(tenant_id: str, task_id: str, wanted: TaskChange, *, actor: str) -> TaskView:
    """Change what the request names. Raises NotFound, Invalid; Conflict unless the task is pending."""
    secret: str | None = None

    def decide(task: Task) -> Task:
        nonlocal secret
        if task.status is not Status.PENDING:
            raise service.wrong_state(task, "Only a pending task can be changed.")
        after = replace(task, **given(wanted))
        if after.webhook_url != task.webhook_url:
            after, secret = webhook.told_at(after)
        return after

    about = {"fields": sorted(wanted.model_fields_set)}
    after = service.change(tenant_id, task_id, decide, actor=actor, action="task.update", about=about)
    hints.send_soon(after)
    return service.view(after, secret)


def _no_agent() -> NotFound:
    return NotFound("There is no such agent.")
