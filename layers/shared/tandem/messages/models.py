"""Messages of a conversation: what they are, and what they do to it. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from tandem.conversations.models import Conversation
from tandem.records import record
from tandem.shapes import Body, Name, View

Direction = Literal["outbound", "inbound"]
Sender = Literal["agent", "system", "customer"]
Text = Annotated[str, StringConstraints(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")]


@record
class Message:
    """One message, from or to a customer."""

    tenant_id: str
    conversation_id: str
    message_id: str
    direction: Direction
    sender_type: Sender
    sender_id: str | None
    text: str
    created_at: datetime

    @property
    def event(self) -> str:
        """The event that it is."""
        return "message.received" if self.direction == "inbound" else "message.sent"


def joined(conversation: Conversation, message: Message) -> Conversation:
    """The conversation after a message: one from the customer opens it again."""
    status = "open" if message.direction == "inbound" else conversation.status
    reopened = status != conversation.status
    last = max(message.created_at, conversation.last_message_at or message.created_at)
    return replace(
        conversation,
        status=status,
        updated_at=message.created_at if reopened else conversation.updated_at,
        last_message_at=last,
        messages=conversation.messages + 1,
        version=conversation.version + 1,
    )


class MessageRequest(Body):
    """A message of an agent or of a system; with `direction` inbound, one that the customer sent by whatever carries
    the conversation's channel."""

    text: Annotated[Text, Field(examples=["We are looking into it."])]
    direction: Direction = "outbound"
    sender_type: Sender | None = Field(default=None, description="Default: agent; customer where it is inbound.")
    sender_id: Name | None = None

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if self.sender_type is not None and (self.sender_type == "customer") != (self.direction == "inbound"):
            raise ValueError("senderType: customers send what is inbound, agents and systems what is outbound")
        return self

    @property
    def sender(self) -> Sender:
        """Who sends it."""
        return self.sender_type or ("customer" if self.direction == "inbound" else "agent")


class MessageView(View):
    """A message as it is shown, and sent in `message.*` events."""

    id: str = Field(serialization_alias="_id")
    conversation_id: str
    direction: Direction
    sender_type: Sender
    sender_id: str | None
    text: str
    created_at: str
