"""Webhooks: endpoints, deliveries, the events one can subscribe to, and what a registration may say. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StringConstraints, model_validator

from tandem.destinations import LONGEST_URL, target
from tandem.records import record
from tandem.shapes import Body, DayOrMoment, span

EVENT_TYPES = frozenset(
    {
        "api_key.rotated",
        "api_key.rotation_due",
        "call.initiated",
        "call.ringing",
        "call.answered",
        "call.completed",
        "call.failed",
        "call.recording.available",
        "conversation.created",
        "conversation.updated",
        "conversation.assigned",
        "conversation.closed",
        "customer.created",
        "customer.updated",
        "message.sent",
        "message.received",
        "transcript.completed",
        "user.created",
        "user.updated",
    }
)
"""All that a webhook can subscribe to."""

TEST_EVENT = "webhook.test"
"""What a test sends; nobody subscribes to it."""

CALL_EVENTS = tuple(sorted(name for name in EVENT_TYPES if name.startswith("call.")))
"""What a phone service's `webhookUrl` is sent."""

TASK_EVENTS = ("call_completed", "call_failed", "call_started")
"""What a task's webhook can be sent."""

MOST_ENDPOINTS = 50
"""Per tenant, which bounds what one event can set off."""


class Backoff(StrEnum):
    """How the pauses between attempts grow."""

    LINEAR = "linear"
    EXPONENTIAL = "exponential"


class Status(StrEnum):
    """Where a delivery stands. Only PENDING ones are ever looked at on their own."""

    PENDING = "pending"
    HELD = "held"
    """Waiting for a paused endpoint to be resumed."""
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    """The endpoint was deleted."""


@record
class Secret:
    """A signing secret; one that was replaced signs on until `expires_at`."""

    value: str
    expires_at: datetime | None = None


@record
class Policy:
    """A customer's own retry policy."""

    max_retries: int
    backoff: Backoff


@record
class Endpoint:
    """Where a tenant wants events to be sent. `secrets`: the newest first."""

    tenant_id: str
    endpoint_id: str
    name: str
    url: str
    events: Sequence[str]
    secrets: Sequence[Secret]
    created_at: datetime
    updated_at: datetime
    headers: Mapping[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    source: str | None = None
    paused_at: datetime | None = None
    paused_reason: str | None = None
    failing_since: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Whether it is sent anything at present."""
        return self.paused_at is None

    def takes(self, event_type: str) -> bool:
        """Whether it subscribed to this type of event."""
        return event_type in self.events

    def live_secrets(self, moment: datetime) -> list[str]:
        """The secrets to sign with, the newest first."""
        return [each.value for each in self.secrets if each.expires_at is None or each.expires_at > moment]


@record
class Attempt:
    """One try. `error` is a word such as `timeout`, None where there was an answer."""

    at: datetime
    milliseconds: int
    status: int | None
    error: str | None

    @property
    def succeeded(self) -> bool:
        """Any 2xx, and nothing else."""
        return self.status is not None and 200 <= self.status < 300


@record
class Delivery:
    """One event on its way to one endpoint. `body` is exactly what is sent. `attempts` are the last ones, `made` counts
    all, `tries` those since the event came or was last replayed. `claims` counts the workers that have taken it since
    the last recorded attempt: all but the last of them died over it."""

    tenant_id: str
    endpoint_id: str
    event_id: str
    event_type: str
    body: str
    status: Status
    created_at: datetime
    attempts: Sequence[Attempt] = ()
    made: int = 0
    tries: int = 0
    due_at: datetime | None = None
    excerpt: str | None = None
    claims: int = 0
    is_leased: bool = False

    @property
    def delivery_id(self) -> str:
        """One name for event and endpoint."""
        return f"{self.endpoint_id}.{self.event_id}"


@record
class DeliveryFilter:
    """Which deliveries of an endpoint: of events that happened in [start, end), and with these properties."""

    status: Status | None = None
    event_type: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    @classmethod
    def over(
        cls, start: date | None, end: date | None, *, status: Status | None, event_type: str | None
    ) -> "DeliveryFilter":
        """The filter over a span: a day as start begins with its midnight, as end it is included whole (UTC)."""
        return cls(status, event_type, *span(start, end))


class DeliveryDue(BaseModel):
    """The hint that a delivery may be due; the row says whether it is. `hops`: hints that led to this one."""

    tenant_id: str
    endpoint_id: str
    event_id: str
    hops: int = 0


_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_VALUE = re.compile(r"[\x20-\x7e]{0,1000}")
_RESERVED = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
_RESERVED_PREFIXES = ("webhook-", "x-webhook-", "proxy-")


def _subscribable(events: list[str]) -> list[str]:
    if unknown := sorted(set(events) - EVENT_TYPES):
        raise ValueError(f"no such event: {', '.join(unknown)}")
    return sorted(set(events))


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    names = [name.lower() for name in headers]
    if len(set(names)) < len(names):
        raise ValueError("a header is given twice")
    for name, value in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError("a header's name is not one")
        if name.lower() in _RESERVED or name.lower().startswith(_RESERVED_PREFIXES):
            raise ValueError(f"the header {name} is ours to set")
        if not _VALUE.fullmatch(value):
            raise ValueError(f"the value of {name} is longer than 1000 characters or not plain ASCII")
    return headers


def _reachable(url: str) -> str:
    target(url)
    return url


Url = Annotated[str, StringConstraints(max_length=LONGEST_URL), AfterValidator(_reachable)]
Events = Annotated[
    list[Annotated[str, StringConstraints(max_length=100)]],
    Field(min_length=1, max_length=50),
    AfterValidator(_subscribable),
]
Headers = Annotated[dict[str, str], Field(max_length=20), AfterValidator(_sendable)]
EndpointName = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class RetryPolicy(Body):
    """`retryPolicy`: 3 retries after 2, 4 and 8 s where nothing else is said."""

    max_retries: Annotated[int, Field(strict=True, ge=0, le=10)] = 3
    backoff_strategy: Backoff = Backoff.EXPONENTIAL

    def policy(self) -> Policy:
        """The policy asked for."""
        return Policy(self.max_retries, self.backoff_strategy)


class NewEndpoint(Body):
    """A webhook to be registered. Without `retryPolicy` the retries are durable: see `schedule.py`."""

    name: EndpointName
    url: Url
    events: Events
    headers: Headers = Field(default_factory=dict)
    retry_policy: RetryPolicy | None = None


class EndpointChange(Body):
    """What to change of a webhook; what is left out stays."""

    name: EndpointName | None = None
    url: Url | None = None
    events: Events | None = None
    is_active: StrictBool | None = None
    headers: Headers | None = None
    retry_policy: RetryPolicy | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("nothing to change")
        return self


class Replay(Body):
    """Which deliveries to send again: of events in the span, those that failed where nothing else is said."""

    start_date: DayOrMoment
    end_date: DayOrMoment | None = None
    status: Literal["failed", "success", "cancelled"] = "failed"
    event: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None

    def wanted(self) -> DeliveryFilter:
        """The deliveries asked for."""
        return DeliveryFilter.over(self.start_date, self.end_date, status=Status(self.status), event_type=self.event)
