"""Executing tasks: a task is under way by the transaction that intends its call, and over when that call is."""

from dataclasses import replace

from tandem import clock
from tandem.assistants import service as assistants
from tandem.assistants.models import AiAgent
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.marshal import Item
from tandem.aws.table import TransactionCancelled, Write
from tandem.calls import lookup as calls
from tandem.calls.models import Call
from tandem.calls.models import Status as CallStatus
from tandem.calls.placing import dial_assistant
from tandem.calls.views import why
from tandem.errors import CarrierRefused, Conflict
from tandem.tasks import service, store, webhook
from tandem.tasks.models import Status, Task, spoken, variables
from tandem.tasks.shapes import Executed


def execute_task(tenant_id: str, task_id: str, *, call_id: str, actor: str, test: bool) -> Executed:
    """Have a task's call placed, once however often and by whomever that is asked for. Raises NotFound; Conflict unless
    the task is pending and its agent enabled; CarrierRefused, after which the task has failed and says why."""
    for _ in table.tries():
        task = service.get_task(tenant_id, task_id)
        if task.call_id == call_id:
            return Executed(call_id=call_id)  # this very request, repeated: whatever became of the dial
        if task.status is not Status.PENDING:
            raise Conflict("Only a pending task can be executed.", details={"status": task.status.value})
        agent = _agent(task)
        try:
            _dial(task, agent, call_id, actor=actor, test=test or task.test)
        except TransactionCancelled:
            continue  # something was quicker: look at the task anew
        except CarrierRefused as refused:
            finish(calls.get_call(tenant_id, call_id))
            details = {"call_id": call_id, **{k: v for k, v in refused.details.items() if k != "callId"}}
            raise CarrierRefused(refused.message, details=details) from refused
        return Executed(call_id=call_id)
    raise service.busy()


def call_ended(item: Item) -> None:
    """A call has just ended, as its item tells: if it was for a task, that is over, too."""
    if item.get("task_id"):
        finish(calls.get_call(item["tenant_id"], item["call_id"]))


def finish(call: Call) -> None:
    """End the task that a call was for, once: completed as the call was, or failed with why. A task that is no longer
    about this call is left alone, and so is one whose call is not over."""
    if call.task_id is None or not call.status.is_final or store.get(call.tenant_id, call.task_id) is None:
        return
    completed = call.status is CallStatus.COMPLETED

    def decide(task: Task) -> Task:
        if task.status is not Status.IN_PROGRESS or task.call_id != call.call_id:
            return task
        status, error = (Status.COMPLETED, None) if completed else (Status.FAILED, why(call))
        return replace(task, status=status, error=error, completed_at=call.ended_at or clock.now())

    def told(task: Task) -> list[Write]:
        return webhook.telling(task, "call_completed" if completed else "call_failed", clock.now())

    service.change(call.tenant_id, call.task_id, decide, actor="call", action="task.finish", also=told)


def _agent(task: Task) -> AiAgent:
    agent = assistants.find_agent(task.tenant_id, task.agent_id)
    if agent is None:
        raise Conflict("The task's agent was deleted.")
    if not agent.enabled:
        raise Conflict("The task's agent is disabled.")
    return agent


def _dial(task: Task, agent: AiAgent, call_id: str, *, actor: str, test: bool) -> None:
    moment = clock.now()
    begun = replace(
        task,
        status=Status.IN_PROGRESS,
        call_id=call_id,
        started_at=moment,
        updated_at=moment,
        version=task.version + 1,
    )
    first_message = spoken(task.starting_message or agent.starting_message, task.context_data)
    dial_assistant(
        task.tenant_id,
        task.to_number,
        assistants.for_call(agent, first_message, variables(task.context_data)),
        task_id=task.task_id,
        call_id=call_id,
        actor=actor,
        test=test,
        besides=[
            *store.change(task, begun),
            *webhook.telling(begun, "call_started", moment),
            audit.entry(task.tenant_id, actor, "task.execute", task.task_id, {"call_id": call_id}),
        ],
    )
