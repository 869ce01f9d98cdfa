"""GET /api/v1/tasks/{task_id}."""

from tests.integration.assistants import AGENTS, TASKS, data, make_agent, make_task, refusal, task
from tests.integration.conftest import Client


def test_a_task_comes_with_its_agent_as_that_is_now(demo: Client) -> None:
    agent = make_agent(demo)
    made = make_task(demo, agent["id"])
    assert task(demo, made["id"]) == {**made, "agent": agent}
    changed = data(demo("PATCH", f"{AGENTS}/{agent['id']}", json={"name": "Sam"}))
    assert task(demo, made["id"])["agent"] == changed


def test_a_task_is_its_own_tenants_alone(demo: Client, other: Client) -> None:
    made = make_task(demo)
    assert refusal(other("GET", f"{TASKS}/{made['id']}"), 404) == "No such task."
