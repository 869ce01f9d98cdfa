"""POST /api/v1/tasks/{task_id}/execute — place a task's call."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.tasks.execution import execute_task
from tandem.tasks.shapes import Executed


@endpoint("POST", "/api/v1/tasks/{task_id}/execute", voice_agents, guard=key_or_session("write:tasks"), idempotent=True)
def handler(caller: Caller, task_id: str) -> Executed:
    """Have the agent call, once however often that is asked for. If the carrier refuses, the task has failed (503)."""
    return execute_task(caller.tenant_id, task_id, call_id=caller.new_id, actor=caller.actor, test=caller.is_test)
