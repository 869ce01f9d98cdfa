"""The demonstration of `make run`: two workspaces, and calls through the sandbox carrier with live progress."""

import json
import os
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass
from typing import Any

from infra.local import accounts
from infra.local.receiver import Receiver
from infra.local.stack import Stack
from infra.local.workspaces import an_owner, make_workspace, open_to_anyone, operating
from tandem import clock
from tandem.admin import Workspace
from tandem.analytics.service import hour_by_status

CALLS = (
    ("+15005550001", "is answered, and recorded"),
    ("+15005550002", "is busy"),
    ("+15005550004", "declines"),
    ("+15005550009", "answers, though the carrier's answer to the dial is lost"),
)
_RECORDED = 2
_PATIENCE = 45
_QUIET = 1.5
_FINAL = ("completed", "missed", "failed")
_NUMBERS = {"demo": "+15005550100", "other": "+15005550200"}


@dataclass
class Demo:
    """Two workspaces on a running stack."""

    stack: Stack
    workspaces: list[Workspace]
    accounts: dict[str, dict[str, str]]

    @classmethod
    def prepare(cls, stack: Stack) -> "Demo":
        """Make the workspaces, their phone services, and the accounts at the carriers."""
        known = accounts.accounts(os.environ)
        accounts.store(stack, known)
        workspaces = [make_workspace(stack, name, owner=an_owner(name)) for name in _NUMBERS]
        open_to_anyone(stack, workspaces[0])
        demo = cls(stack, workspaces, known)
        for workspace in workspaces:
            demo.request(workspace, "POST", "/api/telephony/configure", {"phoneNumber": _NUMBERS[workspace.name]})
        return demo

    def description(self) -> dict[str, Any]:
        """What `.local/stack.json` says of workspaces and carriers."""
        return {
            "workspaces": [
                {
                    "name": each.name,
                    "tenant_id": each.tenant_id,
                    "owner": each.owner and asdict(each.owner),
                    "keys": each.keys,
                }
                for each in self.workspaces
            ],
            "carriers": accounts.described(self.stack.base_url, self.accounts),
        }

    def request(self, workspace: Workspace, method: str, path: str, body: Any = None) -> Any:
        """A request over HTTP with a workspace's live key; the answer's JSON."""
        call = urllib.request.Request(  # noqa: S310 — the stack's own address
            self.stack.base_url + path,
            method=method,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {workspace.keys['live']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(call, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    def show(self) -> None:
        """Place the calls, follow them, and print what happened."""
        workspace = self.workspaces[0]
        receiver = Receiver()
        configured = self.request(workspace, "POST", "/api/telephony/configure", {"webhookUrl": receiver.url})
        receiver.secret = configured["data"]["webhookSecret"]
        try:
            placed = self._place(workspace)
            self._follow(workspace, placed)
            self._await_webhooks(receiver)
            self._print_outcome(workspace, placed, receiver)
        finally:
            self.request(workspace, "POST", "/api/telephony/configure", {"webhookUrl": None})
            receiver.stop()

    def _place(self, workspace: Workspace) -> dict[str, str]:
        placed = {}
        for number, story in CALLS:
            body = {"customerPhone": number, "agentId": "agent-123", "customGreeting": "Good morning!"}
            data = self.request(workspace, "POST", "/api/telephony/calls/initiate", body)["data"]
            placed[data["callId"]] = number
            _say(f"  dial   {number}  ({story})")
        return placed

    def _follow(self, workspace: Workspace, placed: dict[str, str]) -> None:
        seen: dict[str, str] = dict.fromkeys(placed, "initiated")
        started = time.monotonic()
        while time.monotonic() - started < _PATIENCE:
            for call_id, number in placed.items():
                call = self.request(workspace, "GET", f"/api/telephony/calls/{call_id}")["data"]
                if call["status"] != seen[call_id]:
                    seen[call_id] = call["status"]
                    outcome = f", {call['outcome']}" if call["outcome"] else ""
                    _say(f"  {time.monotonic() - started:4.1f} s {number}  {call['status']}{outcome}")
            if all(status in _FINAL for status in seen.values()):
                return
            time.sleep(0.3)

    def _await_webhooks(self, receiver: Receiver) -> None:
        """Wait until both recordings were told of and nothing more has come for a while."""
        started = last_news = time.monotonic()
        known = 0
        while time.monotonic() - started < _PATIENCE:
            if len(receiver.received) != known:
                known, last_news = len(receiver.received), time.monotonic()
            if (
                receiver.events().count("call.recording.available") >= _RECORDED
                and time.monotonic() - last_news > _QUIET
            ):
                return
            time.sleep(0.2)

    def _print_outcome(self, workspace: Workspace, placed: dict[str, str], receiver: Receiver) -> None:
        first = next(iter(placed))
        call = self.request(workspace, "GET", f"/api/telephony/calls/{first}")["data"]
        link = self.request(workspace, "GET", f"/api/telephony/calls/{first}/recording")["data"]
        with urllib.request.urlopen(link["downloadUrl"], timeout=30) as answer:  # noqa: S310
            audio = answer.read()
        with operating(self.stack):
            counts = hour_by_status(workspace.tenant_id, clock.now())
        statuses = ", ".join(f"{name} {n}" for name, n in sorted(counts.items()))
        genuine = sum(one.genuine for one in receiver.received)
        _say("")
        _say(f"  call       {call['callId']}  {call['status']} after {call['duration']} s of talk")
        kind, seconds = answer.headers["content-type"], link["expiresIn"]
        _say(f"  recording  {len(audio):,} bytes of {kind}, link for {seconds} s")
        _say(f"  webhooks   {len(receiver.received)} received, {genuine} with good signatures")
        _say(f"  counts     {counts.total()} calls this hour: {statuses}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
