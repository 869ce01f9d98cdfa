"""AI agents and their tasks over HTTP: the guide's samples as they are printed, and a task from first to last."""

import json
import shutil
import subprocess
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from infra.local.receiver import Receiver
from tests.e2e.conftest import Site, eventually

PRINTED, KEY = "https://your-domain.com", "va_your_api_key"
SAMPLES = Path(__file__).parent / "samples"


def sample(name: str, site: Site, **more: str) -> str:
    """A sample with this stack's host and key."""
    text = (SAMPLES / name).read_text().replace(PRINTED, site.base_url).replace(KEY, site.key)
    for printed, value in more.items():
        text = text.replace(printed.replace("_", "-"), value)
    return text


def answers_of(script: str) -> list[dict[str, Any]]:
    """What the requests of a script are answered, in order."""
    text = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True, timeout=60).stdout
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        answer, end = decoder.raw_decode(text.lstrip())
        found.append(answer)
        text = text.lstrip()[end:]
    return found


def made(site: Site, path: str, **body: Any) -> Any:
    """What was made."""
    answer = site.send("POST", f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def task(site: Site, task_id: str) -> Any:
    """A task as it stands now."""
    return site.data("GET", f"/api/v1/tasks/{task_id}")


def test_the_curl_samples_make_agents_and_a_task(site: Site) -> None:
    _, agent, listed = answers_of(sample("agents.sh.txt", site))
    assert agent["data"]["voice_settings"] == {"stability": 0.5, "similarity_boost": 0.75}
    assert listed["data"][0] == agent["data"]
    (created,) = answers_of(sample("task.sh.txt", site, uuid_here=agent["data"]["id"]))
    assert created["success"] is True
    assert created["data"]["status"] == "pending"
    assert created["data"]["context_data"] == {"customer_name": "John Doe", "order_id": "12345"}
    assert set(created["meta"]) == {"timestamp", "request_id"}


def test_the_python_sample_lists_agents(site: Site) -> None:
    made(site, "agents", name="Susan", system_prompt="You are helpful.")
    names: dict[str, Any] = {}
    with redirect_stdout(StringIO()):
        exec(compile(sample("agents.py.txt", site), "agents.py", "exec"), names)
    assert names["data"]["data"][0]["name"] == "Susan"


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
def test_the_javascript_sample_lists_agents(site: Site, tmp_path: Path) -> None:
    made(site, "agents", name="Susan", system_prompt="You are helpful.")
    script = tmp_path / "agents.mjs"
    script.write_text(sample("agents.js.txt", site))
    run = subprocess.run(["node", str(script)], capture_output=True, text=True, check=True, timeout=60)
    assert "name: 'Susan'" in run.stdout


def test_a_task_is_executed_told_and_over(local: Site) -> None:
    receiver = Receiver()
    agent = made(local, "agents", name="Susan", system_prompt="You remind people.", starting_message="Hello {{name}}!")
    wanted = {"agent_id": agent["id"], "name": "Remind Ada", "to_number": "+15005550001", "webhook_url": receiver.url}
    created = made(local, "tasks", **wanted, context_data={"name": "Ada"})
    receiver.secret = created["webhook_secret"]
    call_id = local.data("POST", f"/api/v1/tasks/{created['id']}/execute")["call_id"]
    assert task(local, created["id"])["status"] == "in_progress"
    local.advance(90)
    eventually(lambda: task(local, created["id"])["status"] == "completed")
    assert local.call(call_id)["agentId"] == agent["id"]
    eventually(lambda: len(receiver.received) == 2)
    told = {one.body["event_type"]: one for one in receiver.received}
    assert set(told) == {"call_started", "call_completed"}
    assert all(one.genuine and one.body["call_id"] == call_id for one in receiver.received)
    receiver.stop()


def test_a_scheduled_task_executes_itself(local: Site) -> None:
    agent = made(local, "agents", name="Susan", system_prompt="You remind people.")
    created = made(
        local, "tasks", agent_id=agent["id"], name="Remind Ada", to_number="+15005550002", scheduled_at="2020-01-01"
    )
    local.advance(65)
    eventually(lambda: task(local, created["id"])["status"] == "failed")
    assert task(local, created["id"])["error"] == "busy: USER_BUSY"


def test_a_call_is_ended(local: Site) -> None:
    agent = made(local, "agents", name="Susan", system_prompt="You remind people.")
    created = made(local, "tasks", agent_id=agent["id"], name="Remind Ada", to_number="+15005550003")
    call_id = local.data("POST", f"/api/v1/tasks/{created['id']}/execute")["call_id"]
    assert local.data("POST", f"/api/v1/calls/{call_id}/end")["status"] == "completed"
    eventually(lambda: task(local, created["id"])["status"] == "completed")
