"""A running Tandem to talk to over HTTP: `API_URL` and `API_KEY` name a deployed one, otherwise one is started here."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests

from infra.local.receiver import Receiver
from tests.simulators.africas_talking import AfricasTalkingSimulator
from tests.simulators.telnyx import TelnyxSimulator

ROOT = Path(__file__).parents[2]
PATIENCE = 40
T = TypeVar("T")


def eventually(probe: Callable[[], T], seconds: float = PATIENCE) -> T:
    """What `probe` gives as soon as it is true."""
    deadline = time.monotonic() + seconds
    while not (found := probe()):
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)
    return found


@dataclass(frozen=True)
class Site:
    """A Tandem somewhere, and one key of it."""

    base_url: str
    key: str
    local: dict[str, Any] = field(default_factory=dict)

    def send(self, method: str, path: str, **content: Any) -> requests.Response:
        """A request with the key."""
        headers = {"Authorization": f"Bearer {self.key}", **content.pop("headers", {})}
        return requests.request(method, self.base_url + path, headers=headers, timeout=30, **content)

    def data(self, method: str, path: str, **content: Any) -> Any:
        """The data of an answer that must be a success."""
        answer = self.send(method, path, **content)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def place(self, phone: str, **fields: Any) -> str:
        """Place a call; its id."""
        body = {"customerPhone": phone, "agentId": "agent-e2e", **fields}
        return str(self.data("POST", "/api/telephony/calls/initiate", json=body)["callId"])

    def call(self, call_id: str) -> dict[str, Any]:
        """A call as it stands now."""
        found: dict[str, Any] = self.data("GET", f"/api/telephony/calls/{call_id}")
        return found

    def ended(self, call_id: str) -> dict[str, Any]:
        """A call once it has ended."""
        self.pass_time(15)
        eventually(lambda: self.call(call_id)["endedAt"])
        return self.call(call_id)

    def recorded(self, call_id: str) -> None:
        """Wait for a call's recording."""
        self.pass_time(15)
        eventually(lambda: self.call(call_id)["recordingUrl"])

    def control(self, name: str, body: Any = None, method: str = "POST") -> Any:
        """One of the local stack's controls."""
        answer = requests.request(method, f"{self.base_url}/__local/{name}", json=body or {}, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pass_time(self, seconds: float) -> None:
        """Do not wait for the sandbox where its time can be moved."""
        if self.local:
            self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let the platform's time pass, with all that falls due in it."""
        self.control("clock", {"advance_seconds": seconds})


@contextmanager
def running_stack(folder: Path, **environment: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make run` without the demonstration's calls: its process, and where it describes itself."""
    for name in ("template.yaml", "infra", "functions", "layers"):
        (folder / name).symlink_to(ROOT / name)
    described = folder / ".local" / "stack.json"
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local", "--port", str(_free_port()), "--root", str(folder), "--no-demo"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers/shared'}", **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            eventually(lambda: described.exists() or process.poll() is not None)
            assert described.exists(), (folder / "output").read_text()
            yield process, described
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture(scope="session")
def carrier() -> Iterator[AfricasTalkingSimulator]:
    """Africa's Talking, as the local stack's account knows it."""
    with AfricasTalkingSimulator(username="sandbox", api_key="none") as simulator:
        yield simulator


@pytest.fixture(scope="session")
def commanded() -> Iterator[TelnyxSimulator]:
    """Telnyx, as the local stack's account knows it; it waits for commands as a caller waits who hears nothing."""
    with TelnyxSimulator(silence=10.0) as simulator:
        yield simulator


@pytest.fixture(scope="session")
def stack_description(
    tmp_path_factory: pytest.TempPathFactory, carrier: AfricasTalkingSimulator, commanded: TelnyxSimulator
) -> Iterator[dict[str, Any]]:
    if "API_URL" in os.environ:
        yield {}
        return
    folder = tmp_path_factory.mktemp("tandem")
    account = {f"TELNYX_{name.upper()}": value for name, value in commanded.account().items()}
    with running_stack(folder, AFRICASTALKING_BASE_URL=carrier.base_url, **account) as (_, described):
        yield json.loads(described.read_text())


@pytest.fixture
def site(stack_description: dict[str, Any]) -> Site:
    """The workspace `demo`, or that of `API_KEY`."""
    if not stack_description:
        return Site(os.environ["API_URL"].rstrip("/"), os.environ["API_KEY"])
    workspace = stack_description["workspaces"][0]
    return Site(stack_description["base_url"], workspace["keys"]["test"], stack_description)


@pytest.fixture
def local(site: Site) -> Iterator[Site]:
    """The workspace `demo` of the local stack; skipped against a deployed one. Leaves no fault and no dead letter."""
    if not site.local:
        pytest.skip("the local stack's own: not at API_URL")
    yield site
    site.control("faults", method="DELETE")
    assert site.control("deadletters", method="GET") == {"queues": {}}


@pytest.fixture
def other(local: Site) -> Site:
    """The workspace `other` of the local stack."""
    return Site(local.base_url, local.local["workspaces"][1]["keys"]["live"], local.local)


@pytest.fixture
def receiver(local: Site) -> Iterator[Receiver]:
    """A web server that the workspace's webhooks go to; it checks every signature."""
    receiver = Receiver()
    configured = local.data("POST", "/api/telephony/configure", json={"webhookUrl": receiver.url})
    receiver.secret = configured["webhookSecret"]
    yield receiver
    local.data("POST", "/api/telephony/configure", json={"webhookUrl": None})
    receiver.stop()
