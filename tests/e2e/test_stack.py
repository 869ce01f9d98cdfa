"""The local stack from outside: its description, its controls, its faults, and workers that die."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import requests

from infra.local.receiver import Receiver
from tests.e2e.conftest import ROOT, Site, eventually, running_stack


def workers_of(pid: int, handler: str) -> list[int]:
    """The processes of a stack that run a function."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().decode().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and handler in command:
            found.append(int(folder.name))
    return found


def make_workspace(local: Site, name: str) -> Site:
    """A new workspace, made by the operator's command."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "layers/shared"),
        "STAGE": "local",
        "TABLE_NAME": local.local["table"],
        "AWS_ENDPOINT_URL": local.local["aws_endpoint_url"],
        "AWS_REGION": local.local["region"],
        "AWS_DEFAULT_REGION": local.local["region"],
        "AWS_ACCESS_KEY_ID": "operator",
        "AWS_SECRET_ACCESS_KEY": "operator",
    }
    command = [sys.executable, "-m", "tandem.admin", "create-workspace", "--name", name, "--plan", "enterprise"]
    made = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=30)
    return Site(local.base_url, json.loads(made.stdout)["keys"]["live"], local.local)


def test_a_stack_describes_itself_while_it_runs_and_only_then(tmp_path: Path) -> None:
    with running_stack(tmp_path) as (process, described):
        description: dict[str, Any] = json.loads(described.read_text())
        assert description["pid"] == process.pid
        assert [each["name"] for each in description["workspaces"]] == ["demo", "other"]
        assert set(description["workspaces"][0]["keys"]) == {"live", "test", "agents"}
        assert description["carriers"]["africas_talking"]["token"]
        for workspace in description["workspaces"]:
            said = f"owner    {workspace['owner']['email']}  password {workspace['owner']['password']}"
            eventually(lambda said=said: said in (tmp_path / "output").read_text())  # type: ignore[misc]
        assert requests.get(f"{description['base_url']}/api/v1/health", timeout=10).status_code == 200
        client = boto3.client(
            "dynamodb",
            endpoint_url=description["aws_endpoint_url"],
            region_name=description["region"],
            aws_access_key_id="anybody",
            aws_secret_access_key="anything",
        )
        assert client.describe_table(TableName=description["table"])["Table"]["TableStatus"] == "ACTIVE"
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        assert process.returncode == 0
        assert not described.exists()


def test_a_port_that_is_taken_is_said_so(local: Site, tmp_path: Path) -> None:
    port = local.base_url.rpartition(":")[2]
    command = [sys.executable, "-m", "infra.local", "--port", port, "--root", str(tmp_path), "--no-demo"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers/shared")])}
    refused = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert refused.returncode == 1
    assert "PORT=" in refused.stderr


def test_time_can_be_moved_and_what_falls_due_happens_before_the_answer(local: Site) -> None:
    call_id = local.place("+15005550003")
    before = local.control("clock", method="GET")["now"]
    assert local.call(call_id)["status"] in ("initiated", "ringing")
    local.advance(30)
    assert local.control("clock", method="GET")["now"] - before >= 30
    assert local.call(call_id)["outcome"] == "no_answer"


def test_a_schedule_can_be_run_now(local: Site) -> None:
    assert local.control("schedules/WorkersRunEventSweep")["failed"] is False
    unknown = requests.post(f"{local.base_url}/__local/schedules/Nothing", timeout=10)
    assert unknown.status_code == 404


def test_a_database_that_fails_is_a_503_and_leaves_no_call(local: Site) -> None:
    fault = {
        "kind": "fail",
        "service": "dynamodb",
        "operation": "TransactWriteItems",
        "function": "TelephonyInitiateCall",
        "error": "InternalServerError",
    }
    local.control("faults", fault)
    body = {"customerPhone": "+15005550001", "agentId": "agent-e2e"}
    count = local.send("GET", "/api/telephony/calls/history").json()["pagination"]["total"]
    assert local.send("POST", "/api/telephony/calls/initiate", json=body).status_code == 503
    local.control("faults", method="DELETE")
    assert local.send("GET", "/api/telephony/calls/history").json()["pagination"]["total"] == count
    assert local.place("+15005550001")


def test_a_carrier_whose_answer_is_lost_is_never_dialled_again(local: Site) -> None:
    local.control("faults", {"kind": "drop_answer", "carrier": "sandbox", "operation": "dial", "times": 1})
    call_id = local.place("+15005550001")
    local.advance(90)
    call = local.call(call_id)
    assert (call["status"], call["outcome"]) == ("completed", "answered_human")


def test_a_call_ends_although_the_worker_that_hears_its_carrier_is_killed(local: Site, receiver: Receiver) -> None:
    local.place("+15005550002")
    local.advance(5)
    hearing = "functions.workers.on_carrier_told.handler"
    killed = workers_of(local.local["pid"], hearing)
    assert killed
    call_id = local.place("+15005550001")
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    # What a dead worker held comes again after its queue's visibility timeout.
    local.advance(200)
    local.control("settle")
    assert local.call(call_id)["status"] == "completed"
    told = [each.body for each in receiver.received if each.body["data"]["callId"] == call_id]
    assert "call.completed" in [body["event"] for body in told]
    assert all(each.genuine for each in receiver.received)
    eventually(lambda: workers_of(local.local["pid"], hearing))
    assert not set(killed) & set(workers_of(local.local["pid"], hearing))
