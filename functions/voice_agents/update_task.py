"""PATCH /api/v1/tasks/{task_id} — change a task."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.tasks.making import update_task
from tandem.tasks.shapes import TaskChange, TaskView


@endpoint("PATCH", "/api/v1/tasks/{task_id}", voice_agents, guard=key_or_session("write:tasks"))
def handler(caller: Caller, task_id: str, body: TaskChange) -> TaskView:
    """Change what is named, of a pending task; what is left out stays."""
    return update_task(caller.tenant_id, task_id, body, actor=caller.actor)
