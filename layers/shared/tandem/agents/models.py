"""Agents: where they are, whether they can take a call, and how they show. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StrictInt

from tandem.records import record
from tandem.shapes import E164, Body, Name, View


class Presence(StrEnum):
    """What an agent says of themselves."""

    AVAILABLE = "available"
    BUSY = "busy"
    OFFLINE = "offline"


FIRST, USUAL, LAST = 1, 5, 10
"""Priorities: 1 is called first."""


@record
class Agent:
    """A person who takes calls, by the customer's own identifier. `version` grows with every write.

    `leases`: the calls that hold the agent, each until a time, so that a call that dies unheard lets go by itself.
    """

    tenant_id: str
    agent_id: str
    created_at: datetime
    status: Presence = Presence.OFFLINE
    priority: int = USUAL
    phone: str | None = None
    queues: Sequence[str] = ()
    """The queues that the agent serves; none named is every queue."""
    browser_until: datetime | None = None
    """Until when the agent's browser client may be signed in."""
    given_at: datetime | None = None
    """When the agent was last given a caller."""
    rests_until: datetime | None = None
    """After a call that they did not answer, no other is offered before this time."""
    leases: Mapping[str, datetime] = field(default_factory=dict)
    version: int = 0

    @property
    def client_name(self) -> str:
        """The name of the agent's browser client: the same for ever, and of no other agent of any workspace, since
        workspaces may share an account at a carrier."""
        readable = re.sub("[^A-Za-z0-9]+", "_", self.agent_id)[:40].strip("_") or "agent"
        unique = hashlib.sha256(f"{self.tenant_id}\x1f{self.agent_id}".encode()).hexdigest()[:16]
        return f"{readable}_{unique}"

    def active_calls(self, moment: datetime) -> int:
        """How many calls hold the agent."""
        return sum(until > moment for until in self.leases.values())

    def in_browser(self, moment: datetime) -> bool:
        """Whether the agent may be there by browser."""
        return self.browser_until is not None and self.browser_until > moment

    def reachable(self, moment: datetime) -> bool:
        """Whether there is anything that could ring: a telephone, else a browser."""
        return self.phone is not None or self.in_browser(moment)

    def may_ring(self, moment: datetime) -> bool:
        """Whether the agent wants calls and can be reached."""
        return self.status == Presence.AVAILABLE and self.reachable(moment)

    def free(self, moment: datetime) -> bool:
        """Whether the agent may be given a caller now."""
        resting = self.rests_until is not None and self.rests_until > moment
        return self.may_ring(moment) and not resting and not self.active_calls(moment)

    def serves(self, queue: str) -> bool:
        """Whether callers of this queue are for the agent."""
        return not self.queues or queue in self.queues


class PresenceRequest(Body):
    """Where an agent is. What is left out stays as it is; null puts it back to what it was at first."""

    status: Presence
    priority: Annotated[StrictInt, Field(ge=FIRST, le=LAST)] | None = Field(
        default=None, description="1 is called first, 10 last; 5 at first."
    )
    phone: E164 | None = Field(default=None, description="Where the agent is called; null for the browser alone.")
    queues: Annotated[list[Name], Field(max_length=50)] | None = Field(
        default=None, description="The queues that the agent serves; empty for every queue."
    )


class AgentView(View):
    """An agent as they stand now. `reachable`: by telephone, or by a browser that holds a capability token."""

    agent_id: str
    status: Presence
    priority: int
    phone: str | None
    queues: list[str]
    client_name: str
    reachable: bool
    active_calls: int
    created_at: str


class ClientTokenRequest(Body):
    """An agent who signs in by browser."""

    agent_id: Annotated[Name, Field(examples=["agent-123"], description="Your own identifier of an agent.")]
    customer_phone: Annotated[E164 | None, Field(examples=["+2348012345678"])] = Field(
        default=None, description="Who the agent is about to call; the token is good for any number."
    )


class ClientTokenView(View):
    """What the carrier's browser client takes, and the name that it then has."""

    capability_token: str
    client_name: str
