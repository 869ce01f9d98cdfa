"""GET /api/v1/tasks/{task_id} — one task."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.tasks.service import show_task
from tandem.tasks.shapes import TaskWithAgent


@endpoint("GET", "/api/v1/tasks/{task_id}", voice_agents, guard=key_or_session("read:tasks"))
def handler(caller: Caller, task_id: str) -> TaskWithAgent:
    """One task with the agent that makes its call."""
    return show_task(caller.tenant_id, task_id)
