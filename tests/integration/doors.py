"""The endpoints that take a key, as tests go through all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from infra.local import engine
from infra.local.receiver import Receiver
from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.keys import service as keys
from tandem.keys.models import ALL_PERMISSIONS, LIVE, locator_of
from tests.integration.conftest import whole_table

UNKNOWN_CALL = "01890a5d-ac96-774b-bcce-b302099a8057"


@dataclass(frozen=True)
class Door:
    """An operation behind a key: what to send, and the permission that it wants."""

    method: str
    path: str
    permission: str
    body: dict[str, Any] | None = None
    limit: int = 50_000
    """Requests in a window, of a key of the greatest plan."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


PLACE = Door(
    "POST", "/api/telephony/calls/initiate", "write:calls", {"customerPhone": "+15005550001", "agentId": "agent-1"}
)
CONFIGURE = Door("POST", "/api/telephony/configure", "write:telephony", {"recordingEnabled": True})
HISTORY = Door("GET", "/api/telephony/calls/history", "read:calls")
CREATE_CUSTOMER = Door("POST", "/api/v1/customers", "write:customers", {"profile": {"firstName": "Ada"}})
UPDATE_CUSTOMER = Door("PATCH", f"/api/v1/customers/{UNKNOWN_CALL}", "write:customers", {"tier": "gold"})
CREATE_CONVERSATION = Door("POST", "/api/v1/conversations", "write:conversations", {"customerId": UNKNOWN_CALL})
UPDATE_CONVERSATION = Door("PUT", f"/api/v1/conversations/{UNKNOWN_CALL}", "write:conversations", {"status": "closed"})
CREATE_MESSAGE = Door(
    "POST", f"/api/v1/conversations/{UNKNOWN_CALL}/messages", "write:conversations", {"text": "Hello"}
)
PRESENCE = Door("PUT", "/api/telephony/agents/agent-1/presence", "write:telephony", {"status": "busy"})
ROUTING = Door("PUT", "/api/telephony/routing", "write:telephony", {"strategy": "random"})
MENU = {"name": "Main", "greeting": "Welcome.", "options": [{"digit": "1", "action": "route", "target": "sales"}]}
IVR = "/api/telephony/ivr"
CREATE_MENU = Door("POST", IVR, "write:telephony", MENU)
UPDATE_MENU = Door("PATCH", f"{IVR}/{UNKNOWN_CALL}", "write:telephony", {"name": "Nights"})
TRY_MENU = Door("POST", f"{IVR}/{UNKNOWN_CALL}/simulate", "read:telephony", {"inputs": ["1", "0"]})
SIGN_IN = Door("POST", "/api/telephony/webrtc/capability-token", "write:telephony", {"agentId": "agent-1"})
CREATE_WEBHOOK = Door(
    "POST",
    "/api/v1/webhooks",
    "write:webhooks",
    {"name": "CRM", "url": "https://example.com/hooks", "events": ["call.completed"]},
)
WEBHOOK = f"/api/v1/webhooks/{UNKNOWN_CALL}"
UPDATE_WEBHOOK = Door("PATCH", WEBHOOK, "write:webhooks", {"name": "ERP"})
REPLAY = Door("POST", f"{WEBHOOK}/replay", "write:webhooks", {"startDate": "2024-01-01"})
DOORS = [
    PLACE,
    CONFIGURE,
    HISTORY,
    Door("GET", "/api/telephony/configure", "read:telephony"),
    Door("GET", f"/api/telephony/calls/{UNKNOWN_CALL}", "read:calls"),
    Door("GET", f"/api/telephony/calls/{UNKNOWN_CALL}/recording", "read:recordings"),
    Door("GET", f"/api/telephony/calls/{UNKNOWN_CALL}/recording/stream", "read:recordings"),
    PRESENCE,
    ROUTING,
    SIGN_IN,
    Door("GET", "/api/telephony/agents", "read:telephony"),
    Door("GET", "/api/telephony/routing", "read:telephony"),
    Door("GET", "/api/telephony/queue/status", "read:telephony"),
    CREATE_MENU,
    UPDATE_MENU,
    TRY_MENU,
    Door("GET", IVR, "read:telephony"),
    Door("GET", f"{IVR}/{UNKNOWN_CALL}", "read:telephony"),
    Door("PUT", f"{IVR}/{UNKNOWN_CALL}", "write:telephony", MENU),
    Door("DELETE", f"{IVR}/{UNKNOWN_CALL}", "write:telephony"),
    CREATE_CUSTOMER,
    UPDATE_CUSTOMER,
    Door("GET", "/api/v1/customers", "read:customers"),
    Door("GET", f"/api/v1/customers/{UNKNOWN_CALL}", "read:customers"),
    Door("PUT", f"/api/v1/customers/{UNKNOWN_CALL}", "write:customers", {"tier": "gold"}),
    Door("DELETE", f"/api/v1/customers/{UNKNOWN_CALL}", "write:customers"),
    CREATE_CONVERSATION,
    UPDATE_CONVERSATION,
    CREATE_MESSAGE,
    Door("GET", "/api/v1/conversations", "read:conversations"),
    Door("GET", f"/api/v1/conversations/{UNKNOWN_CALL}", "read:conversations"),
    Door("PATCH", f"/api/v1/conversations/{UNKNOWN_CALL}", "write:conversations", {"status": "closed"}),
    Door("DELETE", f"/api/v1/conversations/{UNKNOWN_CALL}", "write:conversations"),
    Door("GET", f"/api/v1/conversations/{UNKNOWN_CALL}/messages", "read:conversations"),
    CREATE_WEBHOOK,
    UPDATE_WEBHOOK,
    REPLAY,
    Door("GET", "/api/v1/webhooks", "read:webhooks"),
    Door("GET", WEBHOOK, "read:webhooks"),
    Door("PUT", WEBHOOK, "write:webhooks", {"name": "ERP"}),
    Door("DELETE", WEBHOOK, "write:webhooks"),
    Door("POST", f"{WEBHOOK}/test", "write:webhooks"),
    Door("POST", f"{WEBHOOK}/pause", "write:webhooks"),
    Door("POST", f"{WEBHOOK}/resume", "write:webhooks"),
    Door("POST", f"{WEBHOOK}/rotate-secret", "write:webhooks"),
    Door("GET", f"{WEBHOOK}/logs", "read:webhooks"),
    Door("GET", f"{WEBHOOK}/logs/{UNKNOWN_CALL}", "read:webhooks"),
    Door("POST", f"{WEBHOOK}/logs/{UNKNOWN_CALL}/replay", "write:webhooks"),
    Door("GET", "/api/v1/analytics/usage", "read:analytics"),
    Door("GET", "/api/v1/analytics/usage/history", "read:analytics"),
    Door("GET", "/api/v1/analytics/performance", "read:analytics"),
]
AGENT = f"/api/v1/agents/{UNKNOWN_CALL}"
TASK = f"/api/v1/tasks/{UNKNOWN_CALL}"
CREATE_AGENT = Door(
    "POST", "/api/v1/agents", "write:agents", {"name": "Susan", "system_prompt": "You are a helpful agent."}
)
UPDATE_AGENT = Door("PATCH", AGENT, "write:agents", {"name": "Sam"})
CREATE_TASK = Door(
    "POST",
    "/api/v1/tasks",
    "write:tasks",
    {"agent_id": UNKNOWN_CALL, "name": "Call customer", "to_number": "+15005550001"},
)
UPDATE_TASK = Door("PATCH", TASK, "write:tasks", {"name": "Call again"})
SPOKEN = [
    CREATE_AGENT,
    UPDATE_AGENT,
    CREATE_TASK,
    UPDATE_TASK,
    Door("GET", "/api/v1/agents", "read:agents"),
    Door("GET", AGENT, "read:agents"),
    Door("DELETE", AGENT, "write:agents"),
    Door("GET", "/api/v1/tasks", "read:tasks"),
    Door("GET", TASK, "read:tasks"),
    Door("DELETE", TASK, "write:tasks"),
    Door("POST", f"{TASK}/execute", "write:tasks"),
    Door("POST", f"{TASK}/reset", "write:tasks"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}/live", "read:calls"),
    Door("GET", "/api/v1/calls", "read:calls"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}", "read:calls"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}/transcript", "read:calls"),
    Door("POST", f"/api/v1/calls/{UNKNOWN_CALL}/transcript", "write:calls"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}/report", "read:calls"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}/recording", "read:recordings"),
    Door("GET", f"/api/v1/calls/{UNKNOWN_CALL}/recording/stream", "read:recordings"),
    Door("POST", f"/api/v1/calls/{UNKNOWN_CALL}/end", "write:calls"),
    Door("POST", f"/api/v1/calls/{UNKNOWN_CALL}/cancel", "write:calls"),
]
"""Of the family whose errors are sentences."""

ANALYTICS_DOORS = [
    *(
        Door("GET", f"/api/voice/analytics/{name}", "read:analytics", limit=60)
        for name in ("overview", "detailed", "timeline")
    ),
    Door("GET", "/api/conversations?channel=voice", "read:conversations"),
    Door("GET", f"/api/conversations/{UNKNOWN_CALL}/messages", "read:conversations"),
    Door("GET", f"/api/voice/recordings/{UNKNOWN_CALL}", "read:recordings", limit=30),
]
"""Those of the family whose errors are a sentence and nothing else."""

INVOKE = Door("GET", "/voice/invoke-call?phone=254711000001", "write:calls")


def make_key(stack: Stack, tenant_id: str, prefix: str = LIVE, **change: Any) -> str:
    """A new key of a tenant; `change`: attributes of its item that the product has no way to set yet."""
    permissions = change.pop("permissions", ALL_PERMISSIONS)
    plan = change.pop("plan", "enterprise")
    with operating(stack):
        key = keys.create_key(tenant_id, prefix, name="a key", plan=plan, permissions=permissions)
    change_key(stack, key, **change)
    return key


def change_key(stack: Stack, key: str, **change: Any) -> None:
    """Set attributes of a key's item."""
    from tandem.aws import table

    if change:
        with operating(stack):
            table.update(table.Update(f"KEY#{locator_of(key)}", "KEY", set=change))


def key_item(stack: Stack, key: str) -> dict[str, Any]:
    """A key as it is stored."""
    from tandem.aws import table

    with operating(stack):
        return table.get(f"KEY#{locator_of(key)}", "KEY") or {}


def contents(stack: Stack) -> dict[tuple[str, str], dict[str, Any]]:
    """Everything in the table by key, but for what counts requests: the items of API keys, and how those
    were used."""
    found = {(item["pk"]["S"], item["sk"]["S"]): item for item in whole_table(stack)}
    return {key: item for key, item in found.items() if not key[0].startswith(("KEY#", "USAGE#"))}


def lose_messages(stack: Stack, variable: str) -> None:
    """Lose all messages of the queue that functions know by this variable, also those that are held back."""
    url = next(found[variable] for one in stack.functions.values() if variable in (found := stack.variables(one)))
    engine.queue(stack.deployment.region, url.rpartition("/")[2])._messages.clear()


def leap(stack: Stack, seconds: float) -> None:
    """Move the clock alone: nothing runs on the way, as in a month that nobody needs to live through."""
    stack.clock.move_to(stack.clock.now() + seconds)


_days = count(30)


def forget_accounts(stack: Stack) -> None:
    """Move the clock to a day on which no function has read the carriers' accounts yet."""
    leap(stack, 86400 * next(_days))
    stack.conductor.schedules.rebase(stack.clock.now())


@contextmanager
def listening() -> Iterator[Receiver]:
    """A customer's web server that takes webhooks."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.stop()
