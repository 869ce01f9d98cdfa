"""Tasks in requests and answers. Pure."""

from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from tandem.assistants.models import AgentView, Text
from tandem.customers.models import json_size
from tandem.destinations import LONGEST_URL
from tandem.shapes import E164, DayOrMoment, Name, NotNull, SnakeBody, SnakeView
from tandem.tasks.models import EVENTS

LARGEST_CONTEXT = 16_384
"""Bytes of a task's context as JSON."""


def _storable(context: dict[str, Any]) -> dict[str, Any]:
    if json_size(context) > LARGEST_CONTEXT:
        raise ValueError(f"larger than {LARGEST_CONTEXT} bytes")
    return context


Context = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f{}]+$")], JsonValue],
    Field(max_length=100, examples=[{"customer_name": "John Doe", "order_id": "12345"}]),
    AfterValidator(_storable),
]
"""What the agent knows of the call: its dynamic variables, by their names."""

Priority = Annotated[int, Field(strict=True, ge=-1000, le=1000)]
TaskStatus = Literal["pending", "in_progress", "completed", "failed"]
WebhookEvent = Literal["call_started", "call_completed", "call_failed"]
WebhookEvents = Annotated[
    list[WebhookEvent], Field(max_length=10), AfterValidator(lambda told: [one for one in EVENTS if one in told])
]
HttpsUrl = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_URL)]


class TaskRequest(SnakeBody):
    """A call that an agent shall make. With `scheduled_at` it is made then, else by `execute`. In `starting_message`
    (else the agent's), `{{name}}` stands for what `context_data` has of that name; what it has not is left out."""

    agent_id: Name
    name: Annotated[Name, Field(examples=["Call customer"])]
    to_number: Annotated[E164, Field(examples=["+15005550001"])]
    description: Text | None = None
    starting_message: Text | None = None
    context_data: Context | None = None
    priority: Priority = Field(default=0, description="Of tasks due at once, the higher are called first.")
    scheduled_at: DayOrMoment | None = None
    webhook_url: HttpsUrl | None = None
    webhook_events: WebhookEvents | None = Field(default=None, description="Default: all.")


class TaskChange(SnakeBody):
    """What shall be different of a pending task; null takes away what a task can be without."""

    name: Annotated[Name | None, NotNull, Field(examples=["Call customer again"])] = None
    description: Text | None = None
    to_number: Annotated[E164 | None, NotNull] = None
    starting_message: Text | None = None
    context_data: Context | None = None
    priority: Priority | None = None
    scheduled_at: DayOrMoment | None = None
    webhook_url: HttpsUrl | None = None
    webhook_events: WebhookEvents | None = None


def _is_none(value: object) -> bool:
    return value is None


class TaskView(SnakeView):
    """A task as it is shown. `webhook_secret` is there only where its webhook is told something for the first time at
    this URL, and never again."""

    id: str
    agent_id: str
    name: str
    description: str | None
    to_number: str
    starting_message: str | None
    context_data: dict[str, JsonValue]
    priority: int
    scheduled_at: str | None
    webhook_url: str | None
    webhook_events: list[str]
    status: TaskStatus
    call_id: str | None
    error: str | None
    started_at: str | None
    completed_at: str | None
    created_at: str
    updated_at: str
    webhook_secret: str | None = Field(default=None, exclude_if=_is_none)


class TaskWithAgent(TaskView):
    """A task with the agent that makes its call; null where that was removed since."""

    agent: AgentView | None


class Executed(SnakeView):
    """The call that a task has become."""

    call_id: str
    message: str = "Call initiated"


def moment_of(wanted: Any) -> datetime | None:
    """The moment of a `scheduled_at`, to the millisecond: a day begins with its midnight (UTC)."""
    if wanted is None:
        return None
    moment = wanted if isinstance(wanted, datetime) else datetime.combine(wanted, time(), UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def given(request: TaskRequest | TaskChange) -> dict[str, Any]:
    """What a request names, by the names of Task; null where that puts back what there was at first."""
    named: dict[str, Any] = {name: getattr(request, name) for name in request.model_fields_set}
    defaults: dict[str, Any] = {"context_data": {}, "priority": 0, "webhook_events": list(EVENTS)}
    for name, default in defaults.items():
        if name in named and named[name] is None:
            named[name] = default
    if "scheduled_at" in named:
        named["scheduled_at"] = moment_of(named["scheduled_at"])
    return named
