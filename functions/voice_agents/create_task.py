"""POST /api/v1/tasks — make a task."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.tasks.making import create_task
from tandem.tasks.shapes import TaskRequest, TaskView


@endpoint("POST", "/api/v1/tasks", voice_agents, guard=key_or_session("write:tasks"), status=201)
def handler(caller: Caller, body: TaskRequest) -> TaskView:
    """A call that an agent shall make: by `execute`, or by itself at `scheduled_at`."""
    return create_task(caller.tenant_id, body, task_id=caller.new_id, actor=caller.actor, test=caller.is_test)
