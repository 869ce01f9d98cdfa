"""What we do with agents: know or register them, hear where they are, hold them for calls."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tandem import clock
from tandem.agents import store
from tandem.agents.models import Agent, AgentView, PresenceRequest
from tandem.aws import table
from tandem.aws.table import Item, Put, TransactionCancelled, Write
from tandem.clock import iso
from tandem.errors import Unavailable


def key(tenant_id: str, agent_id: str) -> tuple[str, str]:
    """What to read to know an agent."""
    return store.key(tenant_id, agent_id)


def registering(tenant_id: str, agent_id: str, moment: datetime) -> Put:
    """The write that registers an agent."""
    return store.insertion(tenant_id, agent_id, moment)


def from_item(tenant_id: str, item: Item) -> Agent:
    """The agent of an item that was read at `key`."""
    return store.from_item(tenant_id, item)


def get(tenant_id: str, agent_id: str) -> Agent | None:
    """One agent, or None where no call and nobody else has named them yet."""
    return store.get(tenant_id, agent_id)


def everyone(tenant_id: str) -> Iterator[Agent]:
    """All agents of a tenant, by their id."""
    return store.everyone(tenant_id)


def list_agents(tenant_id: str, *, page: int, limit: int) -> tuple[list[AgentView], int]:
    """One page of the agents, by their id, and how many there are."""
    found = list(store.everyone(tenant_id))
    return [view(agent) for agent in found[(page - 1) * limit : page * limit]], len(found)


def set_presence(tenant_id: str, agent_id: str, request: PresenceRequest) -> Agent:
    """Hear where an agent is; one who is not known is registered."""
    return put(tenant_id, agent_id, request.model_dump(mode="json", include=request.model_fields_set))


def put(tenant_id: str, agent_id: str, given: Mapping[str, Any]) -> Agent:
    """Set attributes of an agent, known or not; None puts one back to what it was at first."""
    for _ in table.tries():
        known = store.get(tenant_id, agent_id)
        change = store.change(tenant_id, agent_id, given)
        try:
            table.transact([change if known else store.registration(tenant_id, agent_id, clock.now(), given)])
        except TransactionCancelled:
            continue
        if agent := store.get(tenant_id, agent_id):
            return agent
    raise Unavailable("This agent is being changed by many at once. Try again shortly.", retry_after=1)


def offering(agent: Agent, call_id: str, *, until: datetime, given_at: datetime, moment: datetime) -> Write:
    """The write that gives an agent a caller. It fails when anything happened to the agent since they were read."""
    return store.offering(agent, call_id, until=until, given_at=given_at, moment=moment)


def extension(agent: Agent, call_id: str, until: datetime) -> Write:
    """The write that holds an agent longer for the call that holds them. It fails when it does no more."""
    return store.extension(agent, call_id, until)


def leasing(tenant_id: str, agent_id: str, call_id: str, until: datetime) -> Write:
    """The write that holds a known agent for a call that they place themselves, whatever else holds them."""
    return store.lease(tenant_id, agent_id, call_id, until)


def release(agent: Agent, call_id: str, *, rests_until: datetime | None = None) -> Write:
    """The write that lets an agent go from a call. It fails when the call does not hold them."""
    return store.release(agent, call_id, rests_until)


def view(agent: Agent) -> AgentView:
    """An agent as the API shows them."""
    moment = clock.now()
    return AgentView(
        agent_id=agent.agent_id,
        status=agent.status,
        priority=agent.priority,
        phone=agent.phone,
        queues=list(agent.queues),
        client_name=agent.client_name,
        reachable=agent.reachable(moment),
        active_calls=agent.active_calls(moment),
        created_at=iso(agent.created_at),
    )
