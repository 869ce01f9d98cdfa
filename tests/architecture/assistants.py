"""The way of AI agents and their tasks: part of the journeys."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from infra.local.receiver import Receiver
from tandem.carriers.registry import ACCOUNT_KEPT
from tests.integration.doors import leap, lose_messages

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

AGENT = {"name": "Susan", "system_prompt": "You remind people.", "starting_message": "Hello {{name}}!"}


def go(journeys: "Journeys") -> dict[str, str]:
    """An agent and tasks of each kind, to the end of both; who stands in the events, by placeholder."""

    def done(method: str, path: str, **content: Any) -> Any:
        answer = journeys.ask(journeys.demo, method, f"/api/v1/{path}", **content)
        assert answer.status in (200, 201), answer.text
        return answer.json()["data"]

    receiver = Receiver()
    idle = done("POST", "agents", json=AGENT)
    done("DELETE", f"agents/{idle['id']}")
    agent = done("POST", "agents", json=AGENT)
    path = f"agents/{agent['id']}"
    assert done("GET", "agents?enabled=true") == [done("GET", path)] == [agent]
    done("PATCH", path, json={"enabled": False})
    done("PATCH", path, json={"enabled": True})
    call = {"agent_id": agent["id"], "name": "Call", "to_number": "+15005550001", "webhook_url": receiver.url}
    task = done("POST", "tasks", json={**call, "context_data": {"name": "Ada"}})
    receiver.secret = task["webhook_secret"]
    one = f"tasks/{task['id']}"
    assert [each["id"] for each in done("GET", "tasks?status=pending")] == [task["id"]]
    done("PATCH", one, json={"priority": 1, "webhook_url": f"{receiver.url}/2"})
    assert done("GET", one)["agent"]["id"] == agent["id"]
    assert journeys.ask(journeys.demo, "DELETE", f"/api/v1/{path}").status == 400
    key = {"idempotency-key": "task"}
    assert done("POST", f"{one}/execute", headers=key) == done("POST", f"{one}/execute", headers=key)
    failed = done("POST", "tasks", json={**call, "to_number": "+15005550006"})
    again = f"tasks/{failed['id']}"
    assert journeys.ask(journeys.demo, "POST", f"/api/v1/{again}/execute").status == 503
    done("POST", f"{again}/reset")
    done("DELETE", again)
    journeys.stack.advance(15)
    closed = cut_short(done, call)
    journeys.stack.advance(15)
    scheduled(journeys, call, done)
    done("DELETE", path)
    without_an_account(journeys)
    receiver.stop()
    ids = {"<agent_id>": agent["id"], "<task_id>": task["id"]}
    return {**ids, **closed, "<idle_agent_id>": idle["id"], "<failed_task_id>": failed["id"]}


def without_an_account(journeys: "Journeys") -> None:
    """Tasks of a workspace for whose AI calls there is no account any more, and a call that its carrier has no way to
    end."""
    journeys.later(2 * ACCOUNT_KEPT)

    def asked(method: str, path: str, **content: Any) -> Any:
        return journeys.ask(journeys.kenyan, method, f"/api/v1/{path}", **content).json()["data"]

    call = {"agent_id": asked("POST", "agents", json=AGENT)["id"], "name": "Call", "to_number": "+254722000001"}
    now = asked("POST", "tasks", json=call)["id"]
    assert journeys.ask(journeys.kenyan, "POST", f"/api/v1/tasks/{now}/execute").status == 400
    later = asked("POST", "tasks", json={**call, "scheduled_at": "2020-01-01"})["id"]
    journeys.stack.advance(5)
    assert "No account" in asked("GET", f"tasks/{later}")["error"]
    call_id = journeys.place(journeys.kenyan, call["to_number"])
    for how in ("end", "cancel"):
        assert journeys.ask(journeys.kenyan, "POST", f"/api/v1/calls/{call_id}/{how}").status == 400


def cut_short(done: Any, call: dict[str, Any]) -> dict[str, str]:
    """Calls that are ended and canceled, the carrier's answer to one of their dials lost; the first of each."""
    closed: dict[str, str] = {}
    for how in ("end", "cancel"):
        for number in ("9", "1"):
            made = done("POST", "tasks", json={**call, "to_number": f"+1500555000{number}"})
            call_id = done("POST", f"tasks/{made['id']}/execute")["call_id"]
            done("POST", f"calls/{call_id}/{how}")
            closed.setdefault(f"<call_to_{how}>", call_id)
    return closed


def scheduled(journeys: "Journeys", call: dict[str, Any], done: Any) -> None:
    """Tasks that are due at once, later, and refused; and one of whose call nothing is heard for long."""

    def at(seconds: float) -> str:
        return datetime.fromtimestamp(journeys.stack.clock.now() + seconds, UTC).isoformat()

    for seconds, number in ((0, "1"), (90, "2"), (100, "6")):
        done("POST", "tasks", json={**call, "scheduled_at": at(seconds), "to_number": f"+1500555000{number}"})
    later = done("POST", "tasks", json=call)
    done("PATCH", f"tasks/{later['id']}", json={"scheduled_at": at(30)})
    journeys.stack.advance(180)
    silent = done("POST", "tasks", json=call)
    done("POST", f"tasks/{silent['id']}/execute")
    lose_messages(journeys.stack, "CARRIER_QUEUE_URL")
    leap(journeys.stack, 31 * 60)
    journeys.stack.run_schedule("WorkersRunDueTasks")
    journeys.later(60)
