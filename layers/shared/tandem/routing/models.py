"""Waiting callers, and how calls find an agent. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from pydantic import Field

from tandem.agents.models import Agent
from tandem.records import record
from tandem.shapes import Body, Name, View


class Strategy(StrEnum):
    """Which of the free agents takes the next caller."""

    ROUND_ROBIN = "round-robin"
    LEAST_BUSY = "least-busy"
    RANDOM = "random"
    PRIORITY = "priority"


OFFERED = timedelta(seconds=45)
"""How long an agent is held for a caller while nobody has answered."""

TALKING = timedelta(hours=4)
"""How long an agent is held at most by a call that they answered. A call of which nothing is heard for so long is
settled by asking its carrier; before that nobody may take the agent for free."""

RESTING = timedelta(seconds=30)
"""How long an agent who did not answer is given no other caller."""

SILENCE = timedelta(minutes=2)
"""A waiting caller of whom the carrier asked nothing for so long is not there any more."""

IncomingAction = Literal["menu", "queue", "agent", "voicemail"]


@record
class Incoming:
    """What becomes of a call that comes in: `target` is a menu's id, a queue's name or an agent's id."""

    action: IncomingAction
    target: str | None = None
    chosen: bool = True
    """False where nobody said so: the first menu takes the calls."""


@record
class Routing:
    """How a tenant's calls find their way. `version` grows with every write."""

    tenant_id: str
    strategy: Strategy = Strategy.ROUND_ROBIN
    incoming: Incoming | None = None
    version: int = 0
    """0 where nothing was ever set."""


@record
class Waiting:
    """A caller who waits for an agent, or has one. `version` grows with every write but signs of life."""

    tenant_id: str
    call_id: str
    joined_at: datetime
    seen_at: datetime
    """The last sign of life: the carrier asked what to do with the call."""
    queue: str | None = None
    agent_id: str | None = None
    """The one agent wanted; either this or `queue`."""
    offered: str | None = None
    """The agent who is held for this caller."""
    offer_until: datetime | None = None
    taken: bool = False
    """The offer was passed on: the agent's telephone rings."""
    connected_at: datetime | None = None
    version: int = 1

    def has_offer(self, moment: datetime) -> bool:
        """Whether an agent is held for this caller."""
        return self.offer_until is not None and self.offer_until > moment

    def waits(self, moment: datetime) -> bool:
        """Whether nobody is held for this caller."""
        return self.connected_at is None and not self.has_offer(moment)

    def is_gone(self, moment: datetime) -> bool:
        """Whether nothing was heard of the caller for too long."""
        return not self.has_offer(moment) and self.seen_at + SILENCE <= moment

    def may_take(self, agent: Agent) -> bool:
        """Whether this caller is for that agent."""
        return self.agent_id == agent.agent_id if self.queue is None else agent.serves(self.queue)

    def wanted_by(self, queue: str | None, agent_id: str | None) -> bool:
        """Whether the caller waits for just this."""
        return (self.queue, self.agent_id) == (queue, agent_id)


@record
class Waits:
    """Waits that are over: how many ended with an agent, after how many seconds in all, and how many without."""

    waits: int = 0
    seconds: int = 0
    abandoned: int = 0


class IncomingShape(Body):
    """What becomes of calls that come in."""

    action: IncomingAction
    target: Name | None = Field(default=None, description="A menu's id, a queue's name or an agent's id.")


class RoutingRequest(Body):
    """How calls find an agent. `incoming` left out stays as it is; null takes it away."""

    strategy: Strategy
    incoming: IncomingShape | None = None


class IncomingView(View):
    """What becomes of calls that come in."""

    action: IncomingAction
    target: str | None


class RoutingView(View):
    """How calls find an agent."""

    strategy: Strategy
    incoming: IncomingView | None


class QueueStatus(View):
    """The queues now. `averageWaitTime`: seconds until an agent was there, over the last hour; 0 where none came."""

    waiting_calls: int
    available_agents: int
    average_wait_time: int
