"""POST /api/v1/tasks/{task_id}/reset."""

from tests.integration.assistants import AGENTS, TASKS, data, execute, make_agent, make_task, refusal, task
from tests.integration.conftest import Client


def test_a_task_that_is_over_can_be_executed_anew(demo: Client) -> None:
    for number, status in (("+15005550001", "completed"), ("+15005550002", "failed")):
        made = make_task(demo, to_number=number)
        first = execute(demo, made["id"])
        demo.stack.advance(15)
        assert task(demo, made["id"])["status"] == status
        reset = data(demo("POST", f"{TASKS}/{made['id']}/reset"))
        assert reset == {**made, "updated_at": reset["updated_at"]}
        second = execute(demo, made["id"])
        demo.stack.advance(15)
        assert (task(demo, made["id"])["call_id"], first == second) == (second, False)
        assert task(demo, made["id"])["status"] == status


def test_a_task_that_is_not_over_is_not_reset(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    refusal(demo("POST", f"{TASKS}/{task_id}/reset"))
    call_id = execute(demo, task_id)
    refusal(demo("POST", f"{TASKS}/{task_id}/reset"))
    found = task(demo, task_id)
    assert (found["status"], found["call_id"]) == ("in_progress", call_id)


def test_a_task_that_was_scheduled_does_not_execute_itself_again(demo: Client) -> None:
    task_id = make_task(demo, scheduled_at="2020-01-01")["id"]
    demo.stack.advance(90)
    assert task(demo, task_id)["status"] == "completed"
    assert data(demo("POST", f"{TASKS}/{task_id}/reset"))["scheduled_at"] is None
    demo.stack.advance(120)
    assert (task(demo, task_id)["status"], len(demo.items("CALL#"))) == ("pending", 1)


def test_a_task_whose_agent_is_gone_stays_as_it_is(demo: Client) -> None:
    agent = make_agent(demo)
    task_id = make_task(demo, agent["id"])["id"]
    execute(demo, task_id)
    demo.stack.advance(15)
    data(demo("DELETE", f"{AGENTS}/{agent['id']}"))
    assert refusal(demo("POST", f"{TASKS}/{task_id}/reset")) == "The task's agent was deleted."
    assert task(demo, task_id)["status"] == "completed"


def test_another_tenants_task_is_unknown(demo: Client, other: Client) -> None:
    refusal(other("POST", f"{TASKS}/{make_task(demo)['id']}/reset"), 404)
