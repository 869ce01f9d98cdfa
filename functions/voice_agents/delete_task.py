"""DELETE /api/v1/tasks/{task_id} — remove a task."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.shapes import SnakeDeleted
from tandem.tasks.service import delete_task


@endpoint("DELETE", "/api/v1/tasks/{task_id}", voice_agents, guard=key_or_session("write:tasks"))
def handler(caller: Caller, task_id: str) -> SnakeDeleted:
    """Remove a pending or failed task. Its calls stay."""
    return delete_task(caller.tenant_id, task_id, actor=caller.actor)
