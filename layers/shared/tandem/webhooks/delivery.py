"""One attempt to deliver an event: claim it, be let through, POST it, write down what became of it."""

import random
import time
from datetime import UTC, datetime, timedelta

from tandem import egress
from tandem.clock import now
from tandem.config import settings
from tandem.ids import new_id
from tandem.observability import count, logger
from tandem.records import record
from tandem.webhooks import breaker, delivery_store, hints, schedule, signing, store
from tandem.webhooks.breaker import IN_FLIGHT, Free, Paused, Resting, State
from tandem.webhooks.models import Attempt, Delivery, Endpoint, Status

DEADLINE = 10.0
"""Seconds for the whole exchange, by the contract."""

READ_LIMIT = 64 * 1024
_EXCERPT = 1024
_MOST_CLAIMS = 5
_TRIES_FOR_A_SLOT = 3


@record
class _Passage:
    """Leave to make an attempt: how the endpoint stands, and the slot held."""

    state: State
    slot: int
    token: str


@record
class Answer:
    """What came of an attempt. `excerpt`: the beginning of what was said, `retry_after`: the seconds it asked for."""

    attempt: Attempt
    excerpt: str | None = None
    retry_after: float | None = None


def attempt(tenant_id: str, endpoint_id: str, event_id: str, hops: int = 0) -> None:
    """Make the attempt that is due, if it is and nobody else is at it. `hops`: hints that led here."""
    owner = new_id()
    delivery = delivery_store.lease(tenant_id, endpoint_id, event_id, owner, now())
    if delivery is None or (passage := _passage(delivery, owner, hops)) is None:
        return
    # A delivery that kills its workers must not do so for ever.
    endpoint = passage.state.endpoint
    answer = _interrupted() if delivery.claims > _MOST_CLAIMS else post(endpoint, event_id, delivery.body)
    delay = _record(endpoint, delivery, owner, answer)
    _tell_health(passage, delivery, answer.attempt)
    if delay is not None:
        hints.send(tenant_id, endpoint_id, [event_id], after=delay, hops=hops + 1)


def _passage(delivery: Delivery, owner: str, hops: int) -> _Passage | None:
    """Leave to go on, or None after putting the delivery where it belongs."""
    tenant_id, endpoint_id = delivery.tenant_id, delivery.endpoint_id
    slot, rested_until = random.randrange(IN_FLIGHT), None  # noqa: S311 - only to spread
    for _ in range(_TRIES_FOR_A_SLOT):
        moment = now()
        token = store.slot_token(owner, moment)
        try:
            state = store.take_slot(tenant_id, endpoint_id, slot, token, moment, rested_until=rested_until)
            return _Passage(state, slot, token)
        except store.SlotRefused as refused:
            seen = refused.state
        if seen is None:
            delivery_store.cancel(delivery, owner)
            return None
        match breaker.admission(seen, moment):
            case Free(slot):
                rested_until = seen.health.open_until
            case Resting(until):
                delivery_store.park(delivery, owner, until)
                return None
            case Paused() if delivery_store.hold(delivery, owner):
                return None
    pause = random.uniform(1, 5)  # noqa: S311
    if delivery_store.park(delivery, owner, now() + timedelta(seconds=pause)):
        hints.send(tenant_id, endpoint_id, [delivery.event_id], after=pause, hops=hops + 1)
    return None


def post(endpoint: Endpoint, event_id: str, text: str) -> Answer:
    """Send an event's body to an endpoint, signed with all its live secrets; whatever comes of it is an answer."""
    body = text.encode()
    moment = now()
    # Receivers hold the timestamp against their own clocks: it is the machine's time even where ours was moved.
    sent_at = datetime.now(UTC)
    signed = signing.signed_headers(
        endpoint.live_secrets(moment), event_id=event_id, sent_at=int(sent_at.timestamp()), body=body
    )
    own = {"Content-Type": "application/json", "User-Agent": "Tandem-Webhooks/1.0"}
    started = time.monotonic()
    status, error, excerpt, wish = None, None, None, None
    try:
        response = egress.request(
            "POST",
            endpoint.url,
            headers={**endpoint.headers, **own, **signed},
            body=body,
            deadline=DEADLINE,
            limit=READ_LIMIT,
            allow=egress.networks(settings().webhook_egress_allow),
        )
        status = response.status
        excerpt = response.body[:_EXCERPT].decode("utf-8", "replace")
        wish = schedule.retry_after(response.headers.get("retry-after"), sent_at)
    except egress.ExchangeFailed as failure:
        error = failure.word
    taken = int((time.monotonic() - started) * 1000)
    return Answer(Attempt(moment, taken, status, error), excerpt, wish)


def _interrupted() -> Answer:
    return Answer(Attempt(now(), 0, None, "interrupted"))


def _record(endpoint: Endpoint, delivery: Delivery, owner: str, answer: Answer) -> float | None:
    """Write the attempt down; seconds to the next one, None when there is none of ours."""
    made = delivery.tries + 1
    delay, status = None, Status.SUCCESS
    if not answer.attempt.succeeded:
        delay = schedule.next_delay(endpoint.policy, made, delivery.delivery_id, answer.retry_after)
        status = Status.FAILED if delay is None else Status.PENDING
    due_at = None if delay is None else now() + timedelta(seconds=delay)
    kept = delivery_store.record(delivery, owner, answer.attempt, excerpt=answer.excerpt, status=status, due_at=due_at)
    count("WebhookDelivered" if answer.attempt.succeeded else "WebhookFailed")
    if not kept:
        logger().warning("attempt outlived its lease", endpoint_id=delivery.endpoint_id, event_id=delivery.event_id)
        return None
    if status is Status.FAILED:
        count("WebhookExhausted")
        logger().warning("delivery given up", endpoint_id=delivery.endpoint_id, event_id=delivery.event_id)
    return delay


def _tell_health(passage: _Passage, delivery: Delivery, made: Attempt) -> None:
    changes = breaker.outcome(passage.state, delivery.event_id, made, first=delivery.tries == 0)
    moment = now()
    state = store.release_slot(delivery.tenant_id, delivery.endpoint_id, passage.slot, passage.token, changes, moment)
    if state is None or made.succeeded:
        return
    probing = passage.state.health.open_until is not None
    further = breaker.escalation(state, moment, probing=probing)
    if further and store.escalate(state, further):
        for mark, word in (("warned_at", "WebhookEndpointFailing"), ("paused_at", "WebhookEndpointPaused")):
            if mark in further.set:
                count(word)
                logger().warning("webhook endpoint in trouble", mark=mark, endpoint_id=delivery.endpoint_id)
