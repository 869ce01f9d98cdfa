"""PATCH /api/v1/tasks/{task_id}."""

from typing import Any

import pytest

from tests.integration.assistants import TASKS, data, execute, make_task, refusal, task
from tests.integration.conftest import Client

CHANGES: dict[str, Any] = {
    "name": "Call again",
    "description": "Second try",
    "to_number": "+15005550002",
    "starting_message": "Hello again!",
    "context_data": {"order_id": "1"},
    "priority": 5,
    "scheduled_at": "2030-01-01T00:00:00.000Z",
    "webhook_url": "https://example.com/hooks",
    "webhook_events": ["call_failed"],
}


def test_every_field_of_a_pending_task_can_be_changed_and_the_rest_stays(demo: Client) -> None:
    made = make_task(demo)
    expected = made
    for name, value in CHANGES.items():
        changed = data(demo("PATCH", f"{TASKS}/{made['id']}", json={name: value}))
        changed.pop("webhook_secret", None)
        expected = {**expected, name: value, "updated_at": changed["updated_at"]}
        assert changed == expected
    assert {name: task(demo, made["id"])[name] for name in CHANGES} == CHANGES


def test_null_takes_away_what_a_task_can_be_without(demo: Client) -> None:
    made = make_task(demo, **CHANGES)
    names = [name for name in CHANGES if name not in ("name", "to_number")]
    changed = data(demo("PATCH", f"{TASKS}/{made['id']}", json=dict.fromkeys(names)))
    first = {"context_data": {}, "priority": 0, "webhook_events": ["call_started", "call_completed", "call_failed"]}
    assert {name: changed[name] for name in names} == {**dict.fromkeys(names), **first}


def test_a_new_address_has_a_new_secret_and_another_change_shows_none(demo: Client) -> None:
    made = make_task(demo, webhook_url="https://example.com/1")
    path = f"{TASKS}/{made['id']}"
    assert "webhook_secret" not in data(demo("PATCH", path, json={"webhook_url": "https://example.com/1"}))
    assert data(demo("PATCH", path, json={"webhook_url": "https://example.com/2"}))["webhook_secret"].startswith(
        "whsec"
    )


@pytest.mark.parametrize("number", ["+15005550001", "+15005550002"])
def test_only_a_pending_task_can_be_changed(number: str, demo: Client) -> None:
    task_id = make_task(demo, to_number=number)["id"]
    execute(demo, task_id)
    for seconds, status in ((0, "in_progress"), (15, "completed" if number.endswith("1") else "failed")):
        demo.stack.advance(seconds)
        response = demo("PATCH", f"{TASKS}/{task_id}", json={"name": "Later"})
        assert response.json()["details"] == {"code": "CONFLICT", "status": status}
        assert refusal(response) == "Only a pending task can be changed."


def test_another_tenants_task_is_unknown(demo: Client, other: Client) -> None:
    made = make_task(demo)
    refusal(other("PATCH", f"{TASKS}/{made['id']}", json={"name": "Mine"}), 404)
    assert task(demo, made["id"])["name"] == made["name"]
