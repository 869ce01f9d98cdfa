"""AI agents and tasks, as tests make them."""

from typing import Any

from infra.local.gateway import Response
from tests.integration.conftest import Client

AGENTS, TASKS = "/api/v1/agents", "/api/v1/tasks"
AGENT: dict[str, Any] = {"name": "Susan", "system_prompt": "You remind people of their appointments."}
CALL: dict[str, Any] = {"name": "Call customer", "to_number": "+15005550001"}


def data(response: Response, status: int = 200) -> Any:
    """The data of an answer that must be of this status."""
    assert response.status == status, response.text
    return response.json()["data"]


def make_agent(client: Client, **fields: Any) -> dict[str, Any]:
    """Make an AI agent; what the answer's data says."""
    made: dict[str, Any] = data(client("POST", AGENTS, json={**AGENT, **fields}), 201)
    return made


def make_task(client: Client, agent_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """Make a task, for an agent of its own unless one is named; what the answer's data says."""
    body = {"agent_id": agent_id or make_agent(client)["id"], **CALL, **fields}
    made: dict[str, Any] = data(client("POST", TASKS, json=body), 201)
    return made


def execute(client: Client, task_id: str, **content: Any) -> str:
    """Execute a task; the id of its call."""
    return str(data(client("POST", f"{TASKS}/{task_id}/execute", **content))["call_id"])


def task(client: Client, task_id: str) -> dict[str, Any]:
    """A task as it stands now."""
    found: dict[str, Any] = data(client("GET", f"{TASKS}/{task_id}"))
    return found


def refusal(response: Response, status: int = 400) -> str:
    """The sentence of an error that must be of this status."""
    assert response.status == status, response.text
    assert response.json()["success"] is False
    return str(response.json()["error"])
