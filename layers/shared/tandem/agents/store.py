"""Agents in the table: `TENANT#<t>` / `AGENT#<the customer's own id>`."""

from datetime import datetime

from tandem.aws.table import Absent, Put
from tandem.clock import iso


def key(tenant_id: str, agent_id: str) -> tuple[str, str]:
    """The key of an agent."""
    return f"TENANT#{tenant_id}", f"AGENT#{agent_id}"


def insertion(tenant_id: str, agent_id: str, moment: datetime) -> Put:
    """The write of an agent seen for the first time. It fails when another call was first."""
    pk, sk = key(tenant_id, agent_id)
    agent = {"pk": pk, "sk": sk, "kind": "agent", "agent_id": agent_id, "created_at": iso(moment)}
    return Put(agent, Absent)
