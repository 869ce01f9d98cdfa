"""`python -m infra.local`, as a process."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from tests.integration.local.conftest import SAMPLE

REPOSITORY = Path(__file__).parents[3]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(root: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "infra.local", "--bare", "--root", str(root), "--port", str(port)]
    return subprocess.Popen(
        command, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    )


def test_it_serves_describes_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(SAMPLE, root, ignore=shutil.ignore_patterns(".local", "__pycache__"))
    port, described = free_port(), root / ".local" / "stack.json"
    process = start(root, port)
    try:
        deadline = time.monotonic() + 60
        while not described.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        description = json.loads(described.read_text())
        assert description["base_url"] == f"http://localhost:{port}"
        assert description["ws_url"] == f"ws://localhost:{port}/ws"
        assert description["table"] == "tandem-local-Data-Table"
        assert (description["pid"], description["region"]) == (process.pid, "eu-west-1")
        assert (description["workspaces"], description["carriers"]) == ([], {})
        with urllib.request.urlopen(f"{description['base_url']}/items/special", timeout=30) as answer:
            assert answer.read() == b"special"
        second = start(root, port)
        _, complaint = second.communicate(timeout=60)
        assert second.returncode == 1
        assert complaint.startswith(f"Port {port} on 127.0.0.1 is in use")
        assert complaint.count("\n") == 1
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, errors) == (0, "")
    assert f"http://localhost:{port}" in output
    assert not described.exists()
