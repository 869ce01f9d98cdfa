"""GET /api/v1/tasks — the tasks of an organization."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.entry.pages import Offset, PageLimit, Slice
from tandem.shapes import Name
from tandem.tasks.service import list_tasks
from tandem.tasks.shapes import TaskStatus, TaskView


@endpoint("GET", "/api/v1/tasks", voice_agents, guard=key_or_session("read:tasks"))
def handler(
    caller: Caller,
    agent_id: Name | None = None,
    status: TaskStatus | None = None,
    limit: PageLimit = 50,
    offset: Offset = 0,
) -> Slice[TaskView]:
    """Tasks, newest first, with all of the properties asked for."""
    found, total = list_tasks(caller.tenant_id, agent_id=agent_id, status=status, limit=limit, offset=offset)
    return Slice(found, total, limit, offset)
