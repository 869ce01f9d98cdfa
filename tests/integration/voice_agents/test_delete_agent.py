"""DELETE /api/v1/agents/{agent_id}."""

from infra.local.workspaces import operating
from tandem.assistants import service as assistants
from tests.integration.assistants import AGENTS, CALL, TASKS, data, execute, make_agent, make_task, refusal
from tests.integration.conftest import Client


def test_an_agent_without_tasks_goes(demo: Client) -> None:
    made = make_agent(demo)
    path = f"{AGENTS}/{made['id']}"
    assert data(demo("DELETE", path)) == {"id": made["id"], "deleted": True}
    assert [demo(method, path).status for method in ("GET", "DELETE")] == [404, 404]
    assert demo("GET", AGENTS).json()["meta"]["pagination"]["total"] == 0
    assert demo.items("INDEX#ASSISTANT#") == []


def test_an_agent_stays_while_a_task_is_pending_or_in_progress(demo: Client) -> None:
    made = make_agent(demo)
    path = f"{AGENTS}/{made['id']}"
    first, second = (make_task(demo, made["id"])["id"] for _ in range(2))
    assert demo("DELETE", path).json()["details"]["active_tasks"] == 2
    execute(demo, first)
    data(demo("DELETE", f"{TASKS}/{second}"))
    assert "in progress" in refusal(demo("DELETE", path))
    assert data(demo("PATCH", path, json={"name": "Sam"}))["name"] == "Sam"
    demo.stack.advance(15)
    data(demo("DELETE", path))
    finished = data(demo("GET", f"{TASKS}/{first}"))
    assert (finished["status"], finished["agent_id"], finished["agent"]) == ("completed", made["id"], None)


def test_no_task_is_made_for_an_agent_while_it_is_being_removed(demo: Client) -> None:
    made = make_agent(demo)
    with operating(demo.stack):
        agent = assistants.get_agent(demo.workspace.tenant_id, made["id"])
        assert assistants.leave(agent)
    assert refusal(demo("POST", TASKS, json={"agent_id": made["id"], **CALL}), 404) == "There is no such agent."
    assert demo("PATCH", f"{AGENTS}/{made['id']}", json={"name": "Sam"}).status == 503
    with operating(demo.stack):
        assistants.stay(agent)
    make_task(demo, made["id"])


def test_a_removal_that_died_is_forgotten(demo: Client) -> None:
    made = make_agent(demo)
    demo.stack.faults.add(
        {"kind": "fail", "service": "dynamodb", "operation": "Query", "function": "VoiceAgentsDeleteAgent"}
    )
    assert demo("DELETE", f"{AGENTS}/{made['id']}").status == 503
    demo.stack.faults.clear()
    refusal(demo("POST", TASKS, json={"agent_id": made["id"], **CALL}), 404)
    demo.stack.advance(31)
    make_task(demo, made["id"])
