"""Webhooks and their deliveries as they are shown. Pure."""

import json
from typing import Any, Literal

from pydantic import Field, JsonValue

from tandem.clock import iso
from tandem.shapes import View
from tandem.webhooks.models import Attempt, Backoff, Delivery, Endpoint, Status


class PolicyView(View):
    """A retry policy as it is shown."""

    max_retries: int
    backoff_strategy: Backoff


class WebhookView(View):
    """A webhook as it is shown. `retryPolicy` null: 10 attempts over three days. `pausedReason`: `gone` for an answer
    of 410, `failing` for five days of failures, `customer`. `source`: `phone_service` for that of its `webhookUrl`."""

    id: str = Field(serialization_alias="_id")
    name: str
    url: str
    events: list[str]
    headers: dict[str, str]
    retry_policy: PolicyView | None
    is_active: bool
    paused_at: str | None
    paused_reason: Literal["gone", "failing", "customer"] | None
    failing_since: str | None
    source: Literal["phone_service"] | None
    created_at: str
    updated_at: str


class NewWebhookView(WebhookView):
    """A webhook with its signing secret, which is shown this once."""

    secret: str


class WebhookList(View):
    """A page of webhooks, newest first."""

    webhooks: list[WebhookView]
    total: int
    page: int
    limit: int
    total_pages: int


class RotatedSecretView(View):
    """A new signing secret, shown this once; the one before signs along until `previousSecretExpiresAt`."""

    id: str = Field(serialization_alias="_id")
    secret: str
    previous_secret_expires_at: str


class LogView(View):
    """A delivery as it is shown: `_id` is what the receiver was sent as `webhook-id`, `latencyMs`, `responseStatus` and
    `error` are of the last attempt, `responseBody` is the beginning of the last answer."""

    id: str = Field(serialization_alias="_id")
    webhook_id: str
    event: str
    status: Status
    attempts: int
    response_status: int | None
    response_body: str | None
    error: str | None
    latency_ms: int | None
    created_at: str
    delivered_at: str | None
    next_attempt_at: str | None


class AttemptView(View):
    """One attempt."""

    at: str
    latency_ms: int
    response_status: int | None
    error: str | None


class LogEntryView(LogView):
    """A delivery with what was sent, and its last 50 attempts."""

    payload: dict[str, JsonValue]
    attempt_log: list[AttemptView]


class LogList(View):
    """A page of deliveries, newest event first. `total` counts the newest 10,000 of each status at most."""

    logs: list[LogView]
    total: int
    page: int
    limit: int
    total_pages: int


class TrialView(View):
    """What became of a test event, which was sent before this answer."""

    message: str
    log_id: str
    event: str
    delivered: bool
    response_status: int | None
    response_body: str | None
    error: str | None
    latency_ms: int


class ReplayView(View):
    """How many deliveries go out again. With `more` there are others: ask again from `nextStartDate`."""

    replayed: int
    more: bool
    next_start_date: str | None


def webhook_fields(endpoint: Endpoint) -> dict[str, Any]:
    """What a webhook's view says."""
    policy = endpoint.policy
    return {
        "id": endpoint.endpoint_id,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "headers": dict(endpoint.headers),
        "retry_policy": PolicyView(max_retries=policy.max_retries, backoff_strategy=policy.backoff) if policy else None,
        "is_active": endpoint.is_active,
        "paused_at": iso(endpoint.paused_at) if endpoint.paused_at else None,
        "paused_reason": endpoint.paused_reason,
        "failing_since": iso(endpoint.failing_since) if endpoint.failing_since else None,
        "source": endpoint.source,
        "created_at": iso(endpoint.created_at),
        "updated_at": iso(endpoint.updated_at),
    }


def log_view(delivery: Delivery) -> LogView:
    """A delivery as a list shows it."""
    return LogView(**_log_fields(delivery))


def log_entry_view(delivery: Delivery) -> LogEntryView:
    """A delivery by itself."""
    attempts = [
        AttemptView(at=iso(each.at), latency_ms=each.milliseconds, response_status=each.status, error=each.error)
        for each in delivery.attempts
    ]
    return LogEntryView(**_log_fields(delivery), payload=json.loads(delivery.body), attempt_log=attempts)


def _log_fields(delivery: Delivery) -> dict[str, Any]:
    last: Attempt | None = delivery.attempts[-1] if delivery.attempts else None
    arrived = next((each.at for each in reversed(delivery.attempts) if each.succeeded), None)
    waits = delivery.status is Status.PENDING and not delivery.is_leased
    return {
        "id": delivery.event_id,
        "webhook_id": delivery.endpoint_id,
        "event": delivery.event_type,
        "status": delivery.status,
        "attempts": delivery.made,
        "response_status": last.status if last else None,
        "response_body": delivery.excerpt,
        "error": last.error if last else None,
        "latency_ms": last.milliseconds if last else None,
        "created_at": iso(delivery.created_at),
        "delivered_at": iso(arrived) if arrived else None,
        "next_attempt_at": iso(delivery.due_at) if waits and delivery.due_at else None,
    }
