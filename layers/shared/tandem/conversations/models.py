"""Conversations: what they are, how their status may change, and what requests and answers say of them. Pure."""

from collections.abc import Iterator
from dataclasses import field
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tandem.records import record
from tandem.shapes import Body, Name, Tags, View

ConversationStatus = Literal["open", "pending", "closed"]
Priority = Literal["low", "medium", "high", "urgent"]

TRANSITIONS: dict[ConversationStatus, frozenset[ConversationStatus]] = {
    "open": frozenset({"pending", "closed"}),
    "pending": frozenset({"open", "closed"}),
    "closed": frozenset({"open"}),
}
"""What a status may become: what is closed must be reopened before anything else."""


@record
class Conversation:
    """All that is said with a customer about one thing. `version` grows with every write."""

    tenant_id: str
    conversation_id: str
    customer_id: str
    created_at: datetime
    updated_at: datetime
    channel: str
    subject: str | None = None
    status: ConversationStatus = "open"
    priority: Priority = "medium"
    assigned_to: str | None = None
    inbox_id: str | None = None
    labels: list[str] = field(default_factory=list)
    last_message_at: datetime | None = None
    messages: int = 0
    version: int = 1


def may_become(before: ConversationStatus, after: ConversationStatus) -> bool:
    """Whether the status may change so; staying what it is, it always may."""
    return before == after or after in TRANSITIONS[before]


def events_between(before: Conversation | None, after: Conversation) -> Iterator[str]:
    """The events that a change amounts to; None before the conversation there was none."""
    yield "conversation.created" if before is None else "conversation.updated"
    if after.assigned_to and (before is None or before.assigned_to != after.assigned_to):
        yield "conversation.assigned"
    if after.status == "closed" and before is not None and before.status != "closed":
        yield "conversation.closed"


def terms(conversation: Conversation) -> frozenset[str]:
    """By which terms a conversation is found."""
    properties = {
        "status": conversation.status,
        "priority": conversation.priority,
        "assigned": conversation.assigned_to,
        "inbox": conversation.inbox_id,
        "customer": conversation.customer_id,
    }
    return frozenset(f"{name}={value}" for name, value in properties.items() if value is not None)


@record
class ConversationFilter:
    """Which conversations of a tenant: with all of these properties."""

    status: ConversationStatus | None = None
    priority: Priority | None = None
    assigned_to: str | None = None
    inbox_id: str | None = None
    customer_id: str | None = None

    def terms(self) -> list[str]:
        """The terms asked for, the rarest first."""
        properties = {
            "customer": self.customer_id,
            "assigned": self.assigned_to,
            "inbox": self.inbox_id,
            "priority": self.priority,
            "status": self.status,
        }
        return [f"{name}={value}" for name, value in properties.items() if value is not None]


Subject = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Channel = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]


class ConversationRequest(Body):
    """A conversation to open with a customer."""

    customer_id: Name
    subject: Annotated[Subject | None, Field(examples=["Where is my order?"])] = None
    channel: Annotated[Channel, Field(examples=["email"])] = "email"
    status: Literal["open", "pending"] = "open"
    priority: Priority = "medium"
    assigned_to: Name | None = None
    inbox_id: Name | None = None
    labels: Tags = Field(default_factory=list)


class ConversationChange(Body):
    """What to change; what is left out stays. Null takes `subject`, `assignedTo` and `inboxId` away."""

    subject: Subject | None = None
    channel: Channel | None = None
    status: ConversationStatus | None = None
    priority: Priority | None = None
    assigned_to: Name | None = None
    inbox_id: Name | None = None
    labels: Tags | None = None


class ConversationView(View):
    """A conversation as it is shown, and sent in `conversation.*` events."""

    id: str = Field(serialization_alias="_id")
    subject: str | None
    status: ConversationStatus
    priority: Priority
    channel: str
    customer_id: str
    assigned_to: str | None
    inbox_id: str | None
    labels: list[str]
    last_message_at: str | None
    created_at: str
    updated_at: str
