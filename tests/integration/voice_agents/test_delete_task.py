"""DELETE /api/v1/tasks/{task_id}."""

from tests.integration.assistants import TASKS, data, execute, make_task, refusal
from tests.integration.conftest import Client


def test_a_pending_or_failed_task_goes_and_its_calls_stay(demo: Client) -> None:
    for number in ("+15005550001", "+15005550002"):
        task_id = make_task(demo, to_number=number)["id"]
        if number.endswith("2"):
            call_id = execute(demo, task_id)
            demo.stack.advance(10)
            assert demo.call(call_id)["status"] == "failed"
        assert data(demo("DELETE", f"{TASKS}/{task_id}")) == {"id": task_id, "deleted": True}
        assert [demo(method, f"{TASKS}/{task_id}").status for method in ("GET", "DELETE")] == [404, 404]
    assert demo.items("INDEX#TASK#") == []
    assert demo.call(call_id)["status"] == "failed"


def test_a_task_under_way_or_completed_stays(demo: Client) -> None:
    task_id = make_task(demo)["id"]
    execute(demo, task_id)
    for seconds, status in ((0, "in_progress"), (15, "completed")):
        demo.stack.advance(seconds)
        response = demo("DELETE", f"{TASKS}/{task_id}")
        assert "pending or failed" in refusal(response)
        assert response.json()["details"]["status"] == status


def test_a_scheduled_task_that_was_deleted_is_not_executed(demo: Client) -> None:
    task_id = make_task(demo, scheduled_at="2020-01-01")["id"]
    data(demo("DELETE", f"{TASKS}/{task_id}"))
    demo.stack.advance(120)
    assert demo.items("CALL#") == []


def test_another_tenants_task_is_unknown(demo: Client, other: Client) -> None:
    made = make_task(demo)
    refusal(other("DELETE", f"{TASKS}/{made['id']}"), 404)
    assert len(demo.items("TASK#")) == 1
