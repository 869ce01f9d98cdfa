"""Agents, as calls need them: known, or registered on first use."""

from datetime import datetime

from tandem.agents import store
from tandem.aws.table import Put


def key(tenant_id: str, agent_id: str) -> tuple[str, str]:
    """What to read to know an agent."""
    return store.key(tenant_id, agent_id)


def registering(tenant_id: str, agent_id: str, moment: datetime) -> Put:
    """The write that registers an agent."""
    return store.insertion(tenant_id, agent_id, moment)
