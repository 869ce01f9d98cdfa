"""Calls listened to over a real WebSocket, by a client of Python and by the published guide's own sample."""

import asyncio
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.e2e.conftest import Site, eventually

SAMPLES = Path(__file__).parent / "samples"
PRINTED = "ws://localhost:3008/ws/calls/{call_id}"


class Listener:
    """A WebSocket client in a thread of its own: what it was sent, and the code it was closed with."""

    def __init__(self, url: str) -> None:
        self.frames: list[dict[str, Any]] = []
        self.closed: int | None = None
        self.refused: int | None = None
        self._loop = asyncio.new_event_loop()
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._listen(url),), daemon=True)
        self._thread.start()

    async def _listen(self, url: str) -> None:
        async with aiohttp.ClientSession() as session:
            try:
                async with session.ws_connect(url, max_msg_size=0) as line:
                    self._line = line
                    async for message in line:
                        self.frames.append(json.loads(message.data))
                    self.closed = line.close_code
            except aiohttp.WSServerHandshakeError as refusal:
                self.refused = refusal.status

    def say(self, text: str) -> None:
        """Say something."""
        line = eventually(lambda: self._line)
        assert line is not None
        asyncio.run_coroutine_threadsafe(line.send_str(text), self._loop).result(10)

    def hang_up(self) -> None:
        """Close, and wait until that is done."""
        if self._line is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._line.close(), self._loop).result(10)
        self._thread.join(10)
        self._loop.close()

    @property
    def statuses(self) -> list[str]:
        """What the call was, in order."""
        return [frame["data"]["status"] for frame in self.frames if "status" in frame.get("data", {})]

    @property
    def finals(self) -> list[str]:
        """What was said, as far as it is final, in order."""
        turns = [turn for frame in self.frames for turn in frame.get("data", {}).get("transcript", [])]
        return [turn["text"] for turn in turns if turn["final"]]


@contextmanager
def listening(url: str, **query: str) -> Iterator[Listener]:
    """Somebody who listens at an address that may have a query already."""
    added = "&".join(f"{name}={value}" for name, value in query.items())
    found = Listener(f"{url}{'&' if '?' in url else '?'}{added}")
    try:
        yield found
    finally:
        found.hang_up()


def made(site: Site, path: str, **body: Any) -> Any:
    """What was made."""
    answer = site.send("POST", f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def live(site: Site, call_id: str) -> dict[str, Any]:
    """Where to listen to a call."""
    found: dict[str, Any] = site.data("GET", f"/api/v1/calls/{call_id}/live")
    assert found["connection_info"]["url"] == found["websocket_url"]
    return found


def test_who_listens_hears_of_a_call_until_it_is_over(site: Site) -> None:
    call_id = site.place("+15005550001")
    url = live(site, call_id)["websocket_url"]
    with listening(url, api_key=site.key) as listener:
        eventually(lambda: listener.frames)
        assert listener.frames[0]["type"] == "connected"
        assert listener.frames[0]["data"]["call_id"] == call_id
        site.pass_time(10)
        eventually(lambda: listener.statuses[-1] == "completed")
        site.pass_time(130)
        assert eventually(lambda: listener.closed) == 1000
        assert set(listener.statuses) <= {"initiated", "in_progress", "completed"}
        assert listener.statuses == sorted(listener.statuses, key=["initiated", "in_progress", "completed"].index)


def test_a_token_lets_a_browser_listen_and_a_ping_is_answered(site: Site) -> None:
    told = live(site, site.place("+15005550003"))
    with listening(told["websocket_url"], session_token=told["temp_token"]) as listener:
        listener.say('{"type": "ping"}')
        eventually(lambda: {"type": "pong"} in listener.frames)
        listener.say("hello")
        eventually(lambda: [frame for frame in listener.frames if frame["type"] == "error"])
        eventually(lambda: [frame for frame in listener.frames if frame["type"] == "connected"])
        assert listener.closed is None


def test_bad_credentials_are_refused_at_the_handshake(local: Site, other: Site) -> None:
    url = live(local, local.place("+15005550003"))["websocket_url"]
    for query, status in (
        ({"api_key": f"{local.key[:-1]}_"}, 401),
        ({"session_token": "A" * 44}, 401),
        ({"none": "at_all"}, 401),
        ({"api_key": other.key}, 404),
    ):
        with listening(url, **query) as listener:
            assert eventually(lambda listener=listener: listener.refused) == status  # type: ignore[misc]


def test_two_who_listen_to_a_task_one_of_them_cut_off_have_heard_the_same(local: Site) -> None:
    agent = made(local, "agents", name="Ada", system_prompt="You find orders.", starting_message="Hello {{name}}!")
    wanted = {"agent_id": agent["id"], "name": "Where is it?", "to_number": "+15005550001"}
    task = made(local, "tasks", **wanted, context_data={"name": "Ben"})
    call_id = local.data("POST", f"/api/v1/tasks/{task['id']}/execute")["call_id"]
    told = live(local, call_id)
    url = told["websocket_url"]
    with listening(url, session_token=told["temp_token"]) as listener:
        eventually(lambda: listener.frames)
        with listening(url, api_key=local.key) as dropped:
            eventually(lambda: dropped.frames)
            local.advance(4)
            eventually(lambda: dropped.finals)
        seen = max(frame["data"]["sequence"] for frame in dropped.frames)
        with listening(url, api_key=local.key, after=str(seen)) as resumed:
            eventually(lambda: resumed.frames)
            local.advance(10)
            assert eventually(lambda: listener.closed) == eventually(lambda: resumed.closed) == 1000
    assert listener.finals == dropped.finals + resumed.finals
    assert listener.finals[0] == "Hello Ben!"
    assert len(listener.finals) >= 4
    assert listener.statuses[-1] == resumed.statuses[-1] == "completed"
    call = local.data("GET", f"/api/v1/calls/{call_id}")
    assert (call["status"], call["task_id"]) == ("completed", task["id"])
    kept = local.data("GET", f"/api/v1/calls/{call_id}/transcript")
    assert [turn["text"] for turn in kept["turns"]] == listener.finals
    assert local.data("GET", f"/api/v1/calls/{call_id}/report")["summary"]
    local.recorded(call_id)
    assert local.data("GET", f"/api/v1/calls/{call_id}/recording")["recording_url"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on this machine")
@pytest.mark.parametrize("credential", ["key", "token"])
def test_the_guides_sample_listens(local: Site, tmp_path: Path, credential: str) -> None:
    call_id = local.place("+15005550001")
    told = live(local, call_id)
    printed = (SAMPLES / "live.js.txt").read_text().replace(PRINTED, told["websocket_url"])
    printed = printed.replace("YOUR_API_KEY", local.key).replace("TEMP_TOKEN", told["temp_token"])
    # It shows both ways to connect below each other: a program takes one.
    first, second, *rest = [line for line in printed.splitlines() if line and not line.startswith("//")]
    lines = [first if credential == "key" else second, *rest]
    (tmp_path / "node_modules").mkdir()
    shutil.copy(SAMPLES / "ws.js", tmp_path / "node_modules" / "ws.js")
    (tmp_path / "live.js").write_text("\n".join(["const WebSocket = require('ws');", *lines]))
    output = tmp_path / "output"
    with output.open("wb") as file:
        command = ["node", "--experimental-websocket", "live.js"]
        process = subprocess.Popen(command, cwd=tmp_path, env={**os.environ}, stdout=file, stderr=subprocess.STDOUT)
        try:
            eventually(lambda: "Connected to live transcript stream" in output.read_text())
            local.advance(10)
            eventually(lambda: "Call status: completed" in output.read_text())
            local.advance(130)
            process.wait(timeout=40)
        finally:
            process.kill()
            process.wait()
    assert process.returncode == 0, output.read_text()
