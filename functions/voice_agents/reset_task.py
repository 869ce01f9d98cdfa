"""POST /api/v1/tasks/{task_id}/reset — let a task be executed anew."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.tasks.service import reset_task
from tandem.tasks.shapes import TaskView


@endpoint("POST", "/api/v1/tasks/{task_id}/reset", voice_agents, guard=key_or_session("write:tasks"))
def handler(caller: Caller, task_id: str) -> TaskView:
    """A completed or failed task is pending again, and no longer scheduled: `execute` it, or give it a new time."""
    return reset_task(caller.tenant_id, task_id, actor=caller.actor)
