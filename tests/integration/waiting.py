"""Callers who wait, without a carrier: the product's own routing, called as the calls do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infra.local.gateway import Response
from infra.local.workspaces import operating
from tandem.ids import new_id
from tandem.routing import service as routing
from tests.integration.conftest import Client, table_items


@dataclass(frozen=True)
class Desk:
    """A workspace's agents and callers."""

    client: Client

    @property
    def tenant_id(self) -> str:
        return self.client.workspace.tenant_id

    @contextmanager
    def at_work(self) -> Iterator[str]:
        """Within, the product runs here; the workspace's id."""
        with operating(self.client.stack):
            yield self.tenant_id

    def present(self, agent_id: str, status: str = "available", **fields: Any) -> Response:
        """An agent says where they are, with a telephone unless told otherwise."""
        body = {"status": status, "phone": "+15005550001", **fields}
        return self.client("PUT", f"/api/telephony/agents/{agent_id}/presence", json=body)

    def join(self, queue: str | None = "sales", *, agent_id: str | None = None, call_id: str | None = None) -> str:
        """A caller begins to wait; the call's id."""
        call_id = call_id or new_id()
        with self.at_work() as tenant_id:
            routing.join(tenant_id, call_id, queue=queue, agent_id=agent_id)
        return call_id

    def poll(self, call_id: str) -> str | None:
        """Who takes this caller now, if anyone."""
        with self.at_work() as tenant_id:
            agent = routing.poll(tenant_id, call_id)
        return agent.agent_id if agent else None

    def connected(self, call_id: str, **who: Any) -> None:
        """The agent answered."""
        with self.at_work() as tenant_id:
            routing.connected(tenant_id, call_id, **who)

    def agent_left(self, call_id: str, *, answered: bool, **more: Any) -> None:
        """The agent's leg is over."""
        with self.at_work() as tenant_id:
            routing.agent_left(tenant_id, call_id, answered=answered, **more)

    def left(self, call_id: str) -> bool:
        """The call is over."""
        with self.at_work() as tenant_id:
            return routing.left(tenant_id, call_id)

    def status(self, queue: str | None = None) -> dict[str, int]:
        """What queue/status answers."""
        query = {"queue": queue} if queue else {}
        response = self.client("GET", "/api/telephony/queue/status", query=query)
        assert response.status == 200, response.text
        answer: dict[str, int] = response.json()
        return answer

    def leases(self, agent_id: str) -> dict[str, str]:
        """The calls that hold an agent, as stored, and until when."""
        items = {item["agent_id"]: item for item in self.client.items("AGENT#")}
        return {name[3:]: end for name, end in items[agent_id].items() if name.startswith("on_")}

    def entries(self) -> dict[str, dict[str, Any]]:
        """Those who wait or talk, as stored, by call."""
        return {item["call_id"]: item for item in self.client.items("WAITING#")}

    def counted(self) -> dict[str, int]:
        """The workspace's waits that are over."""
        items = table_items(self.client.stack, f"STAT#{self.tenant_id}", "WAIT#")
        return {name: sum(item[name] for item in items) for name in ("waits", "seconds", "abandoned")}
