"""Tasks that are due by themselves."""

from datetime import UTC, datetime
from typing import Any

from infra.local.workspaces import operating
from tandem.aws.table import Update
from tandem.tasks.models import LOOKED_AT_AGAIN
from tests.integration.assistants import TASKS, data, execute, make_agent, make_task, task
from tests.integration.conftest import Client
from tests.integration.doors import leap, lose_messages
from tests.integration.test_never_dials_twice import dials


def at(client: Client, seconds: float) -> str:
    """The moment so many seconds from now."""
    return datetime.fromtimestamp(client.stack.clock.now() + seconds, UTC).isoformat()


def started(client: Client, made: dict[str, Any]) -> float:
    """Seconds from a task's time to its execution."""
    begun, wanted = task(client, made["id"])["started_at"], made["scheduled_at"]
    return (datetime.fromisoformat(begun) - datetime.fromisoformat(wanted)).total_seconds()


def test_a_task_is_executed_at_its_time_to_the_second(demo: Client) -> None:
    made = [make_task(demo, scheduled_at=at(demo, seconds)) for seconds in (61, 90, 119, 125, 200)]
    demo.stack.advance(50)
    assert {task(demo, one["id"])["status"] for one in made} == {"pending"}
    demo.stack.advance(180)
    for one in made:
        assert task(demo, one["id"])["status"] == "completed"
        assert 0 <= started(demo, one) <= 2
    assert all(number == 1 for number in dials(demo.stack).values())


def test_a_task_that_is_made_or_moved_for_the_past_or_at_once_is_executed_at_once(demo: Client) -> None:
    made = [make_task(demo, scheduled_at=at(demo, seconds)) for seconds in (-3600, 0, 5)]
    moved = make_task(demo, scheduled_at="2099-01-01")
    made.append(data(demo("PATCH", f"{TASKS}/{moved['id']}", json={"scheduled_at": at(demo, 0)})))
    demo.stack.advance(7)
    assert {task(demo, one["id"])["status"] for one in made} <= {"in_progress", "completed"}
    assert max(started(demo, one) for one in made[1:]) <= 7


def test_of_tasks_that_are_due_at_once_the_higher_priority_is_executed_first(demo: Client) -> None:
    agent_id, when = make_agent(demo)["id"], at(demo, 100)
    priorities = [0, 5, -3, 10, 5, 1, 7, -10, 2, 0, 3, 9]
    made = [make_task(demo, agent_id, scheduled_at=when, priority=priority) for priority in priorities]
    demo.stack.advance(180)
    executed = sorted((task(demo, one["id"]) for one in made), key=lambda one: one["call_id"])
    assert [one["priority"] for one in executed] == sorted(priorities, reverse=True)


def test_another_time_takes_the_place_of_the_first(demo: Client) -> None:
    earlier, later, never = (make_task(demo, scheduled_at=at(demo, 100)) for _ in range(3))
    for one, when in ((earlier, at(demo, 70)), (later, at(demo, 400)), (never, None)):
        data(demo("PATCH", f"{TASKS}/{one['id']}", json={"scheduled_at": when}))
    demo.stack.advance(200)
    statuses = [task(demo, one["id"])["status"] for one in (earlier, later, never)]
    assert statuses == ["completed", "pending", "pending"]
    demo.stack.advance(260)
    assert task(demo, later["id"])["status"] == "completed"


def test_hints_that_were_lost_are_sent_again(demo: Client) -> None:
    made = make_task(demo, scheduled_at=at(demo, 80))
    leap(demo.stack, 30)
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    lose_messages(demo.stack, "TASK_QUEUE_URL")
    demo.stack.advance(120)
    assert task(demo, made["id"])["status"] == "completed"


def test_a_tick_that_comes_twice_executes_nothing_twice(demo: Client) -> None:
    make_task(demo, scheduled_at=at(demo, -1))
    for _ in range(3):
        assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    demo.stack.advance(20)
    assert len(demo.items("CALL#")) == sum(dials(demo.stack).values()) == 1


def test_a_task_ends_though_nobody_told_of_its_calls_end(demo: Client) -> None:
    made = make_task(demo)
    execute(demo, made["id"])
    demo.stack.advance(20)
    forget_the_end(demo, made["id"])
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    assert task(demo, made["id"])["status"] == "in_progress"
    leap(demo.stack, LOOKED_AT_AGAIN.total_seconds())
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    assert task(demo, made["id"])["status"] == "completed"


def test_a_call_that_goes_on_is_looked_at_again_half_an_hour_later(demo: Client) -> None:
    made = make_task(demo)
    execute(demo, made["id"])
    lose_messages(demo.stack, "CARRIER_QUEUE_URL")
    leap(demo.stack, LOOKED_AT_AGAIN.total_seconds())
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    (first,) = demo.items("TASK#")
    assert demo.stack.run_schedule("WorkersRunDueTasks").error is None
    (second,) = demo.items("TASK#")
    assert first == second
    wait = datetime.fromisoformat(first["due_at"]).timestamp() - demo.stack.clock.now()
    assert abs(wait - LOOKED_AT_AGAIN.total_seconds()) < 5


def forget_the_end(client: Client, task_id: str) -> None:
    """Put a task's item back to what it was before its call ended, as if the stream had lost the news."""
    from tandem.aws import table

    (item,) = [item for item in client.items("TASK#") if item["task_id"] == task_id]
    begun = datetime.fromisoformat(item["started_at"])
    due = {"due_shard": "TASK#00", "due_at": (begun + LOOKED_AT_AGAIN).isoformat().replace("+00:00", "Z")}
    with operating(client.stack):
        table.update(
            Update(item["pk"], item["sk"], set={"status": "in_progress", **due}, remove=["completed_at", "error"])
        )
        for name in ("in_progress", "completed"):
            key = f"INDEX#TASK#status={name}#{task_id}"
            if name == "completed":
                table.delete(item["pk"], key)
            else:
                table.put({"pk": item["pk"], "sk": key, "kind": "index"})
