"""Calls: their shapes, requests and answers. Pure."""

from dataclasses import field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StringConstraints
from typing_extensions import TypedDict

from tandem.calls.flow import Flow, Stage
from tandem.carriers.base import Cost, Outcome, Sought
from tandem.records import record
from tandem.shapes import E164, Body, Name, SnakeView, View, span

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

    @property
    def spoken(self) -> "AgentsStatus":
        """As the voice agents' family says it."""
        return _SPOKEN[self]


AgentsStatus = Literal["initiated", "in_progress", "completed", "failed"]
_SPOKEN: dict[Status, AgentsStatus] = {
    Status.INITIATED: "initiated",
    Status.RINGING: "initiated",
    Status.ANSWERED: "in_progress",
    Status.COMPLETED: "completed",
    Status.MISSED: "failed",
    Status.FAILED: "failed",
}


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
    DELETED = "deleted"


@record
class Recording:
    """A call's recording: where the carrier has it, then where we have it, then that it is gone."""

    state: RecordingState
    source: str
    key: str | None = None
    content_type: str | None = None
    size: int | None = None
    stored_at: datetime | None = None
    deleted_at: datetime | None = None
    erasing: bool = False
    """It was deleted, and not every copy is known to be gone yet."""


REACHED = frozenset({Outcome.ANSWERED_HUMAN, Outcome.VOICEMAIL})
"""Outcomes of a call that somebody or something answered."""

ASSUMED = "the carrier never told of the end; it was assumed"


_CLOSED = {Status.COMPLETED: "ended over the API", Status.FAILED: "canceled over the API"}


@record
class Call:
    """A call, whoever placed it and whichever carrier bears it. `version` grows with every write.

    What carriers told is kept as facts, raw (`told_…` where what follows from a fact has the plain name); `status`,
    `outcome`, `cause`, `answered_at` and `duration` follow from them at reading.
    """

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
    assistant_id: str | None = None
    """The AI agent that talks on it; `agent_id` is the same then."""
    task_id: str | None = None
    """The task that the call is for."""
    dial: DialState = DialState.INTENDED
    carrier_call_id: str | None = None
    greeting: str | None = None
    recording_enabled: bool = True
    transcription_enabled: bool = False
    """Whether its recording is transcribed: as the phone service had it when the call began."""
    ringing_at: datetime | None = None
    told_answered_at: datetime | None = None
    ended_at: datetime | None = None
    end_assumed: bool = False
    """Nobody told of the end of an answered call: it was taken as over after so many hours."""
    closed_as: Status | None = None
    """The status that whoever ended or canceled it over the API gave it, whatever its outcome would say."""
    told_outcome: Outcome | None = None
    told_cause: str | None = None
    talk_seconds: int | None = None
    cost: Cost | None = None
    recording: Recording | None = None
    flow: Flow | None = None
    """Where it stands among menus, queues and agents; None until its carrier asks what to do."""
    leg_answered: bool | None = None
    """Whether whom it was connected to last picked up; None while nobody told."""
    notes: str | None = None
    tags: list[str] = field(default_factory=list)
    rating: int | None = None
    version: int = 1

    @property
    def status(self) -> Status:
        """Where the call stands. An end of which the outcome is not known yet leaves it where it was."""
        if outcome := self.outcome:
            return self.closed_as or final_status(self.direction, outcome)
        if self.told_answered_at:
            return Status.ANSWERED
        return Status.RINGING if self.ringing_at else Status.INITIATED

    @property
    def outcome(self) -> Outcome | None:
        """How the call ended: as told, else that it was answered, if it was; None while that is not known.

        The carrier has answered a call that comes in; whether anybody spoke with the caller we know better."""
        if self.ended_at is None:
            return None  # that a machine answered may be known by now
        if self.flow and self.direction == INBOUND:
            if self.flow.message_left:
                return Outcome.VOICEMAIL
            if self.flow.stage == Stage.QUEUE or self.leg_answered is False:
                return Outcome.CANCELED
            if self.flow.stage == Stage.AGENT and self.flow.legs_told and self.leg_answered is None:
                return None
        if self.told_outcome is not None:
            return self.told_outcome
        return Outcome.ANSWERED_HUMAN if self.told_answered_at or self.talk_seconds else None

    @property
    def cause(self) -> str | None:
        """Why it ended, in the carrier's words or, where the end was assumed or came over the API, in ours."""
        if self.closed_as:
            return _CLOSED[self.closed_as]
        return ASSUMED if self.end_assumed else self.told_cause

    @property
    def answered_at(self) -> datetime | None:
        """When it was answered; where that was heard of only after the end, so long before it as the talk lasted."""
        told = self.told_answered_at
        if told is None or self.ended_at is None or told <= self.ended_at:
            return told
        return self.ended_at - timedelta(seconds=self.talk_seconds or 0)

    @property
    def duration(self) -> int | None:
        """Whole seconds of talk: what the carrier bills, else from answer to end; None while the call lasts, and where
        its end was assumed."""
        if not self.status.is_final or self.ended_at is None or self.end_assumed:
            return None
        if self.talk_seconds is not None:
            return self.talk_seconds
        return max(0, int((self.ended_at - self.answered_at).total_seconds())) if self.answered_at else 0

    @property
    def recording_state(self) -> RecordingState | None:
        """Where its recording stands, if there is one."""
        return self.recording.state if self.recording else None

    @property
    def awaits_recording(self) -> bool:
        """Whether the carrier has a recording that is still to be fetched."""
        return self.recording_state == RecordingState.PENDING

    @property
    def erases_recording(self) -> bool:
        """Whether copies of its deleted recording are still to be erased."""
        return self.recording is not None and self.recording.erasing

    @property
    def reference(self) -> str:
        """What the carrier is given with the dial, and gives back."""
        return f"{self.tenant_id}.{self.call_id}"

    @property
    def sought(self) -> Sought:
        """What the carrier is asked for this call with."""
        return Sought(self.reference, self.from_number, self.to_number, self.created_at, self.carrier_call_id)


def final_status(direction: str, outcome: Outcome) -> Status:
    """The status that a call with this outcome ends in."""
    if outcome in REACHED:
        return Status.COMPLETED
    unanswered = outcome in (Outcome.NO_ANSWER, Outcome.CANCELED)
    return Status.MISSED if direction == INBOUND and unanswered else Status.FAILED


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


def _is_none(value: object) -> bool:
    return value is None


class BrowserClient(View):
    """The browser client in which an agent takes a call."""

    client_name: str
    expires_at: str = Field(description="When the capability token lapses with which the browser signed in.")


class CallPlaced(View):
    """A call that was placed. `webRTC` is there only where its agent is reached by browser."""

    call_id: str
    conversation_id: str
    status: str
    web_rtc: BrowserClient | None = Field(default=None, serialization_alias="webRTC", exclude_if=_is_none)


class CostView(TypedDict):
    """What a call cost: a decimal as text, and an ISO 4217 currency."""

    amount: str
    currency: str


class CallClosed(SnakeView):
    """A call that was ended or canceled."""

    call_id: str
    status: AgentsStatus
    message: str


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
        "recordingState": str | None,
        "recordingDeletedAt": str | None,
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


@record
class CallFilter:
    """Which calls of a tenant: made in [start, end), and with these properties."""

    start: datetime | None = None
    end: datetime | None = None
    status: str | tuple[str, ...] | None = None
    """One, or any of several."""
    direction: str | None = None
    agent_id: str | None = None
    customer_id: str | None = None

    @classmethod
    def over(cls, start: date | None, end: date | None, **properties: str | None) -> "CallFilter":
        """The filter over a span: a day as start begins with its midnight, as end it is included whole (UTC)."""
        begin, until = span(start, end)
        return cls(begin, until, **properties)

    def takes(self, call: Call) -> bool:
        """Whether a call has these properties, whenever it was made."""
        statuses = (self.status,) if isinstance(self.status, str) else self.status
        same = [
            wanted in (None, getattr(call, name))
            for name in ("direction", "agent_id", "customer_id")
            for wanted in (getattr(self, name),)
        ]
        return all(same) and (statuses is None or call.status in statuses)
