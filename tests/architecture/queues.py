"""The way of callers who wait and agents who take them: part of the journeys."""

from typing import TYPE_CHECKING, Any

from infra.local.workspaces import operating
from tandem.admin import Workspace
from tandem.ids import new_id
from tandem.routing import service as routing

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

MENU: dict[str, Any] = {
    "name": "Main",
    "greeting": "Welcome.",
    "options": [{"digit": "1", "action": "route", "target": "sales"}],
}


def go(journeys: "Journeys") -> None:
    """A menu and a queue where calls come in, an agent who comes and goes, callers who wait, give up and are served."""
    menu = done(journeys, journeys.demo, "POST", "ivr", **MENU)["menuId"]
    for incoming in ({"action": "queue", "target": "sales"}, {"action": "menu", "target": menu}, None):
        done(journeys, journeys.demo, "PUT", "routing", strategy="least-busy", incoming=incoming)
    assert done(journeys, journeys.demo, "GET", "routing") == {"strategy": "least-busy", "incoming": None}
    for workspace in (journeys.demo, journeys.kenyan):
        assert done(journeys, workspace, "POST", "webrtc/capability-token", agentId="agent-1")["capabilityToken"]
    done(journeys, journeys.demo, "PUT", "agents/agent-1/presence", status="offline")
    stay(journeys, journeys.demo, new_id())
    journeys.stack.clock.move_to(journeys.stack.clock.now() + 150)  # that caller is not heard of again
    call_id = journeys.place(journeys.demo, "+15005550001")
    stay(journeys, journeys.demo, call_id)
    stay(journeys, journeys.demo, new_id())
    shown = done(journeys, journeys.demo, "PUT", "agents/agent-1/presence", status="available", phone="+15005550123")
    assert shown["activeCalls"] == 1
    assert done(journeys, journeys.demo, "GET", "queue/status")["waitingCalls"] == 2
    journeys.stack.advance(30)
    assert done(journeys, journeys.demo, "GET", "queue/status")["waitingCalls"] == 1
    agents = done(journeys, journeys.demo, "GET", "agents")
    assert {agent["agentId"]: agent["activeCalls"] for agent in agents}["agent-1"] == 1


def stay(journeys: "Journeys", who: Workspace, call_id: str) -> None:
    """A caller begins to wait."""
    with operating(journeys.stack):
        routing.join(who.tenant_id, call_id, queue="sales")


def done(journeys: "Journeys", who: Workspace, method: str, path: str, **body: Any) -> Any:
    """What an operation answers, in its envelope or bare."""
    answer = journeys.ask(who, method, f"/api/telephony/{path}", **({"json": body} if body else {}))
    assert answer.status in (200, 201), answer.text
    said = answer.json()
    return said.get("data", said)
