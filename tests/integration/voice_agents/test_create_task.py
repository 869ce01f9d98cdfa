"""POST /api/v1/tasks."""

from typing import Any

import pytest

from tests.integration.assistants import CALL, TASKS, data, make_agent, make_task, refusal, task
from tests.integration.conftest import Client
from tests.integration.doors import UNKNOWN_CALL

SEED = {
    "name": "Call customer",
    "to_number": "+1234567890",
    "description": "Follow up call",
    "starting_message": "Hello, this is a call from our company",
    "context_data": {"customer_name": "John Doe", "order_id": "12345"},
    "priority": 0,
    "scheduled_at": None,
    "webhook_url": "https://your-app.com/webhooks",
    "webhook_events": ["call_started", "call_completed"],
}


def test_the_published_example_makes_a_pending_task(demo: Client) -> None:
    agent = make_agent(demo)
    made = data(demo("POST", TASKS, json={"agent_id": agent["id"], **SEED}), 201)
    assert {name: made[name] for name in SEED} == SEED
    assert (made["status"], made["call_id"], made["error"]) == ("pending", None, None)
    assert made.pop("webhook_secret").startswith("whsec_")
    assert task(demo, made["id"]) == {**made, "agent": agent}


def test_little_is_needed(demo: Client) -> None:
    made = make_task(demo)
    assert (made["context_data"], made["priority"], made["scheduled_at"], made["webhook_url"]) == ({}, 0, None, None)
    assert "webhook_secret" not in made


@pytest.mark.parametrize("missing", ["agent_id", "name", "to_number"])
def test_what_is_needed_is_named(missing: str, demo: Client) -> None:
    body = {"agent_id": make_agent(demo)["id"], **CALL}
    response = demo("POST", TASKS, json={name: value for name, value in body.items() if name != missing})
    assert (response.status, response.json()["details"]["fields"][0]["field"]) == (400, missing)


def test_an_agent_that_is_not_ones_own_is_unknown(demo: Client, other: Client) -> None:
    theirs = make_agent(other)["id"]
    for agent_id in (theirs, UNKNOWN_CALL, "susan"):
        assert refusal(demo("POST", TASKS, json={"agent_id": agent_id, **CALL}), 404) == "There is no such agent."
    assert demo.items("TASK#") == []


@pytest.mark.parametrize(
    "url",
    ["http://example.com/hooks", "ftp://example.com/", "https://10.0.0.1/", "https://169.254.169.254/", "example.com",
     "https://user:word@example.com/", ""],
)  # fmt: skip
def test_a_webhook_goes_to_a_public_https_address(url: str, demo: Client) -> None:
    body = {"agent_id": make_agent(demo)["id"], **CALL, "webhook_url": url}
    response = demo("POST", TASKS, json=body)
    assert (response.status, response.json()["details"]["fields"][0]["field"]) == (400, "webhook_url")
    assert demo.items("TASK#") == demo.items("TASKHOOK#") == []


def test_a_secret_is_shown_with_the_first_task_of_an_address(demo: Client, other: Client) -> None:
    agent_id = make_agent(demo)["id"]
    url = {"webhook_url": "https://example.com/hooks"}
    first, second = (make_task(demo, agent_id, **url) for _ in range(2))
    assert first["webhook_secret"]
    assert "webhook_secret" not in second
    assert make_task(demo, agent_id, webhook_url="https://example.com/others")["webhook_secret"]
    assert make_task(other, **url)["webhook_secret"] != first["webhook_secret"]
    assert demo("GET", "/api/v1/webhooks").json()["data"]["total"] == 0


def test_events_are_told_once_each_and_all_unless_told_otherwise(demo: Client) -> None:
    agent_id = make_agent(demo)["id"]
    for given, kept in (
        ({}, ["call_started", "call_completed", "call_failed"]),
        ({"webhook_events": None}, ["call_started", "call_completed", "call_failed"]),
        ({"webhook_events": ["call_failed", "call_failed", "call_started"]}, ["call_started", "call_failed"]),
        ({"webhook_events": []}, []),
    ):
        assert make_task(demo, agent_id, **given)["webhook_events"] == kept


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("2030-01-01T09:00:00.123456+02:00", "2030-01-01T07:00:00.123Z"),
        ("2030-01-01T09:00:00", "2030-01-01T09:00:00.000Z"),
        ("2030-01-01", "2030-01-01T00:00:00.000Z"),
    ],
)
def test_a_time_is_kept_in_utc(given: str, kept: str, demo: Client) -> None:
    made = make_task(demo, scheduled_at=given)
    assert made["scheduled_at"] == kept == task(demo, made["id"])["scheduled_at"]


def test_a_context_is_kept_as_it_is(demo: Client) -> None:
    context: dict[str, Any] = {"nested": {"list": [1, 2.5, None, True, "ä"]}, "null": None, "big": 12345678901234567890}
    made = make_task(demo, context_data=context)
    assert task(demo, made["id"])["context_data"] == context
