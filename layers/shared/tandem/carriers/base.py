"""What a carrier is to the core: one small protocol, and the carrier-blind words spoken over it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tandem.records import record

if TYPE_CHECKING:
    from tandem.carriers.instructions import Command, Instruction


class Outcome(StrEnum):
    """How a call ended, the same words for every carrier."""

    ANSWERED_HUMAN = "answered_human"
    VOICEMAIL = "voicemail"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    INVALID_NUMBER = "invalid_number"
    CARRIER_ERROR = "carrier_error"
    PLATFORM_ERROR = "platform_error"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class Happened(StrEnum):
    """What a carrier can tell of a call."""

    STARTED = "started"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"
    RECORDED = "recorded"
    MACHINE = "machine"
    DIGITS = "digits"
    KEY = "key"
    SPOKEN = "spoken"
    DONE = "done"
    LEG_ANSWERED = "leg_answered"
    LEG_ENDED = "leg_ended"
    OTHER = "other"


@record
class Cost:
    """What the carrier charges: a decimal as text, and an ISO 4217 currency."""

    amount: str
    currency: str


@record
class Cue:
    """Where a call stands that is commanded: the turn that it is at, and how many of that turn's instructions are left
    after the one that it was given last."""

    turn: int
    left: int


@record
class CarrierEvent:
    """One thing that happened to a call, in the core's words. Everything a carrier did not say is None.

    A call is found by `reference` (what we sent with the dial: "<tenant_id>.<call_id>") or else by
    `carrier_call_id`. `outcome` and `cause` belong to ENDED; where ENDED has no outcome, the core decides by whether
    the call was answered. `duration` in whole seconds of talk. `recording` is what `fetch_recording` takes.
    `leg_answered` and `leg_seconds` belong to LEG_ENDED: the party that a Connect led to is gone, or never came.

    MACHINE: it was no person who answered. Of carriers that are commanded: SPOKEN, a text or audio came to its end;
    DONE, a wait did, for keys that did not come or in a queue; KEY, one key, also while none is waited for; `cue` is
    what the last instruction was given with, `told_id` the carrier's id of this piece of news.
    """

    happened: Happened
    carrier_call_id: str
    occurred_at: datetime
    reference: str | None = None
    from_number: str | None = None
    to_number: str | None = None
    direction: str | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    cause: str | None = None
    duration: int | None = None
    cost: Cost | None = None
    recording: str | None = None
    digits: str | None = None
    leg_answered: bool | None = None
    leg_seconds: int | None = None
    cue: Cue | None = None
    told_id: str | None = None


class Role(StrEnum):
    """Who speaks: the person called or calling, or who serves them, an AI or a human agent."""

    USER = "user"
    AGENT = "agent"


class Sentiment(StrEnum):
    """The mood of a conversation."""

    POSITIVE = "positive"
    NEUTRAL = "neutral"
    NEGATIVE = "negative"


@record
class Turn:
    """What somebody said. `turn_id` is the provider's and stays the same while the text grows; `start` and `end` are
    seconds from the answer of the call. `sequence`: of the turn's last change among all of the call's, from 1."""

    turn_id: str
    role: Role
    text: str
    start: float
    end: float | None
    final: bool
    sequence: int = 0


@record
class ToolCall:
    """A tool that an AI used: `arguments` as JSON, `succeeded` None until that is known, `at` like a turn's start."""

    tool_call_id: str
    name: str
    arguments: str
    succeeded: bool | None
    at: float


@record
class Heard:
    """What a carrier that carries conversations tells of one. The call is found as for a CarrierEvent.

    With `finished` the conversation is over, and `turns` and `tool_calls`, where there are any, are the whole of it.
    """

    carrier_call_id: str
    reference: str | None = None
    turns: Sequence[Turn] = ()
    tool_calls: Sequence[ToolCall] = ()
    finished: bool = False
    sentiment: Sentiment | None = None


@record
class CarrierRequest:
    """An HTTP request of a carrier, as received: `url` is the public one, `body` the raw bytes."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    query: Mapping[str, str] = field(default_factory=dict)


@record
class CarrierResponse:
    """What a carrier is answered."""

    body: str
    content_type: str
    status: int = 200


@record
class Assistant:
    """The AI agent that a call is held by, as a carrier is told of it.

    `first_message` is what it says first, complete; `variables` are what it knows of this call. `voice_settings` and
    `dtmf_rules` as the API takes them. `provider_agent_id`: who it is at the provider, where that is known;
    `is_mirrored`: and the provider knows it as it is in this `version`.
    """

    agent_id: str
    name: str
    system_prompt: str
    first_message: str | None = None
    voice_settings: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    provider_agent_id: str | None = None
    dtmf_rules: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    is_mirrored: bool = False


@record
class Dial:
    """An outbound call to place. `reference` comes back with every event where the carrier can echo it. With an
    `assistant`, the carrier lets that one talk; else it asks us what to do."""

    reference: str
    from_number: str
    to_number: str
    record: bool
    assistant: Assistant | None = None


class DialRefused(Exception):
    """The carrier said no, for certain: nobody's telephone rings. `cause` is in the carrier's own words."""

    def __init__(self, outcome: Outcome, cause: str) -> None:
        super().__init__(cause)
        self.outcome = outcome
        self.cause = cause


class DialUnknown(Exception):
    """The carrier's answer was lost or says nothing: the call may be under way. Never dial again."""


class Forged(Exception):
    """A request that claims to be from the carrier and is not."""


class RecordingUnavailable(Exception):
    """The carrier could not give the audio now; trying again may help."""


@record
class Sought:
    """A call to ask a carrier for: what was sent with its dial, and when; the carrier's id where it is known."""

    reference: str
    from_number: str
    to_number: str
    dialled_at: datetime
    carrier_call_id: str | None = None


class Finding(StrEnum):
    """What a carrier says when asked for a call."""

    PLACED = "placed"
    NOT_PLACED = "not_placed"
    CANNOT_TELL = "cannot_tell"


@record
class Found:
    """The carrier's answer to `find`: with PLACED its call id and what has happened so far."""

    finding: Finding
    carrier_call_id: str | None = None
    events: Sequence[CarrierEvent] = ()


@record
class ClientToken:
    """What a carrier's browser client takes to make and take calls."""

    token: str
    expires_at: datetime


@record
class Order:
    """One command to a call. News of what becomes of it bring back reference and cue; an order with the same id is
    carried out once."""

    order_id: str
    carrier_call_id: str
    reference: str
    command: "Command"
    cue: Cue | None = None


class OrderRefused(Exception):
    """The carrier will not do this, now or later; the call goes on."""


class Carrier(Protocol):
    """The way into the telephone network. An adapter translates and holds no state of its own."""

    name: str
    call_id_field: str
    """What the carrier calls its id of a call."""
    records_from_dial: bool
    """Whether a dial with `record` records the whole call, so that a Connect in it need not record again."""
    tells_legs: bool
    """Whether it is sure to tell if the party that a Connect leads to picked up."""

    def dial(self, call: Dial) -> str:
        """Place the call, once; the carrier's id of it. Raises DialRefused or DialUnknown."""

    def find(self, call: Sought) -> Found:
        """Ask whether this call was placed, and what became of it. PLACED and NOT_PLACED only when that is certain."""

    def hang_up(self, carrier_call_id: str) -> None:
        """End a call that is under way. Raises Conflict where the carrier has no way to, Unavailable."""

    def redirect(self, carrier_call_id: str, url: str) -> bool:
        """Make a live call ask `url` for instructions now; False where that is impossible. Raises Unavailable."""

    def verify(self, request: CarrierRequest) -> None:
        """Check that the request is the carrier's. Raises Forged."""

    def parse(self, request: CarrierRequest) -> list[CarrierEvent]:
        """The events a request tells of, never raising for strange content: what is not understood is left out."""

    def render(self, instructions: "Sequence[Instruction]") -> CarrierResponse:
        """The instructions in the carrier's language."""

    def fetch_recording(self, recording: str) -> Iterator[bytes]:
        """The audio, in chunks. Raises RecordingUnavailable."""

    def delete_recording(self, recording: str) -> bool:
        """Delete the carrier's copy, or find it gone; False where the carrier's API cannot. Raises
        RecordingUnavailable when it could not be asked."""

    def client_token(self, client_name: str, seconds: int, phone_number: str) -> ClientToken:
        """What a browser takes to be the client of this name for so many seconds; it calls as `phone_number`, one of
        our numbers. Raises Conflict where the account has no browser clients, Unavailable."""

    def client_address(self, client_name: str) -> str:
        """How a Connect names that client."""


@runtime_checkable
class Mirroring(Protocol):
    """A carrier that keeps AI agents of its own: ours must be known there before it can let them talk."""

    def mirror(self, assistant: Assistant) -> str:
        """Make the AI agent known, or what is known of it as it is now; who it is there. Raises DialRefused."""


class Commanded(Carrier, Protocol):
    """A carrier that asks for nothing: it tells, and is told what to do by requests of ours."""

    def command(self, order: Order) -> None:
        """Let a call do this now; of a call that is over, nothing. Raises OrderRefused, Unavailable."""

    def overhears(self, request: CarrierRequest) -> bool:
        """Whether a request is about what an AI agent and its caller say."""

    def heard(self, request: CarrierRequest) -> Heard | None:
        """What a request tells of that, at times in seconds since 1970. Raises Unavailable."""
