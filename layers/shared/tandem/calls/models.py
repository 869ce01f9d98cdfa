"""Calls: their shapes, requests and answers. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints
from typing_extensions import TypedDict

from tandem.carriers.base import Cost, Outcome
from tandem.shapes import E164, Body, Name, View

OUTBOUND, INBOUND = "outbound", "inbound"


class Status(StrEnum):
    """Where a call stands; the last three are final."""

    INITIATED = "initiated"
    RINGING = "ringing"
    ANSWERED = "answered"
    COMPLETED = "completed"
    MISSED = "missed"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether a call in this status stays there."""
        return self in (Status.COMPLETED, Status.MISSED, Status.FAILED)


class DialState(StrEnum):
    """What we know of the dial. INTENDED: written before the dial; whether it was made is not known until the carrier
    says so, and nothing but the request that wrote it may dial."""

    INTENDED = "intended"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RECEIVED = "received"
    """An inbound call: the other side dialled."""


class RecordingState(StrEnum):
    """Where a call's recording stands."""

    PENDING = "pending"
    AVAILABLE = "available"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Recording:
    """A call's recording: where the carrier has it, then where we have it."""

    state: RecordingState
    source: str
    key: str | None = None
    content_type: str | None = None
    size: int | None = None
    stored_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call, whoever placed it and whichever carrier bears it. `version` grows with every write."""

    call_id: str
    tenant_id: str
    conversation_id: str
    customer_id: str
    direction: str
    from_number: str
    to_number: str
    carrier: str
    created_at: datetime
    agent_id: str | None = None
    status: Status = Status.INITIATED
    dial: DialState = DialState.INTENDED
    carrier_call_id: str | None = None
    greeting: str | None = None
    recording_enabled: bool = True
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    cause: str | None = None
    talk_seconds: int | None = None
    cost: Cost | None = None
    recording: Recording | None = None
    notes: str | None = None
    tags: list[str] = field(default_factory=list)
    rating: int | None = None
    version: int = 1

    @property
    def duration(self) -> int | None:
        """Whole seconds of talk: what the carrier bills, else from answer to end; None while the call lasts."""
        if not self.status.is_final or self.ended_at is None:
            return None
        if self.talk_seconds is not None:
            return self.talk_seconds
        return max(0, int((self.ended_at - self.answered_at).total_seconds())) if self.answered_at else 0

    @property
    def reference(self) -> str:
        """What the carrier is given with the dial, and gives back."""
        return f"{self.tenant_id}.{self.call_id}"


RETRYABLE = frozenset({Outcome.BUSY, Outcome.NO_ANSWER, Outcome.CARRIER_ERROR, Outcome.PLATFORM_ERROR})
"""Outcomes after which the same call may succeed, and nobody was reached or said no."""


class CallRequest(Body):
    """An outbound call to place."""

    customer_phone: Annotated[E164, Field(examples=["+2348012345678"])]
    agent_id: Annotated[Name, Field(examples=["agent-123"], description="Your own identifier of an agent.")]
    customer_id: Name | None = None
    conversation_id: Name | None = None
    custom_greeting: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = Field(
        default=None, description="Spoken to the customer before the agent is connected."
    )
    recording_enabled: StrictBool | None = Field(default=None, description="Default: true.")


class CallPlaced(View):
    """A call that was placed."""

    call_id: str
    conversation_id: str
    status: str


class CostView(TypedDict):
    """What a call cost: a decimal as text, and an ISO 4217 currency."""

    amount: str
    currency: str


CallView = TypedDict(
    "CallView",
    {
        "callId": str,
        "conversationId": str,
        "customerId": str,
        "agentId": str | None,
        "direction": str,
        "from": str,
        "to": str,
        "status": str,
        "outcome": str | None,
        "retryable": bool | None,
        "cause": str | None,
        "duration": int | None,
        "recordingUrl": str | None,
        "notes": str | None,
        "tags": list[str],
        "rating": int | None,
        "cost": CostView | None,
        "carrier": str,
        "createdAt": str,
        "answeredAt": str | None,
        "endedAt": str | None,
    },
)
"""A call as the telephony family and its webhooks show it: durations in seconds, times in ISO 8601 and UTC."""


StatusFilter = Literal["initiated", "ringing", "answered", "completed", "missed", "failed"]
DirectionFilter = Literal["inbound", "outbound"]


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls of a tenant: made in [start, end), and with these properties."""

    start: datetime | None = None
    end: datetime | None = None
    status: str | None = None
    direction: str | None = None
    agent_id: str | None = None
    customer_id: str | None = None

    @classmethod
    def over(cls, start: date | None, end: date | None, **properties: str | None) -> "CallFilter":
        """The filter over a span: a day as start begins with its midnight, as end it is included whole (UTC)."""
        until = _moment(end) if end else None
        if until is not None and not isinstance(end, datetime):
            until += timedelta(days=1)
        return cls(_moment(start) if start else None, until, **properties)


def _moment(day: date) -> datetime:
    return day if isinstance(day, datetime) else datetime(day.year, day.month, day.day, tzinfo=UTC)
