"""Webhook endpoints: registered, changed, paused, removed; and what an event sets off at them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any

from tandem import clock, ids
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import ConditionFailed, TransactionCancelled, Write
from tandem.config import settings
from tandem.destinations import networks, refusal, target
from tandem.errors import Conflict, Invalid, NotFound, Unavailable
from tandem.events.models import Event
from tandem.webhooks import breaker, delivery_store, hints, signing, store, sweep
from tandem.webhooks.models import (
    CALL_EVENTS,
    MOST_ENDPOINTS,
    Delivery,
    Endpoint,
    EndpointChange,
    NewEndpoint,
    Secret,
    Status,
)

PHONE_SERVICE = "phone_service"
LONGEST_OVERLAP = 168
"""Hours that a secret may sign on after it was replaced."""

_OVERLAP = 24
_MOST_SECRETS = 5


def fan_out(event: Event) -> None:
    """Have an event delivered to every endpoint that subscribed to its type. Repeating it has no further effect."""
    for endpoint in store.of_tenant(event.tenant_id):
        if endpoint.takes(event.type):
            enqueue(endpoint, event)


def create_endpoint(tenant_id: str, wanted: NewEndpoint, *, actor: str) -> Endpoint:
    """Register a webhook; the answer's secret is to be shown this once. Raises Invalid, Conflict."""
    check_url(wanted.url, "url")
    if sum(1 for _ in store.of_tenant(tenant_id)) >= MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} webhooks already, which is the most.")
    policy = wanted.retry_policy.policy() if wanted.retry_policy else None
    endpoint = new_endpoint(tenant_id, ids.new_id(), wanted.name, wanted.url, wanted.events)
    endpoint = replace(endpoint, headers=wanted.headers, policy=policy)
    about = {"url": endpoint.url, "events": list(endpoint.events)}
    if not _written(store.insertion(endpoint), endpoint, actor, "create", about):
        raise _busy()
    return endpoint


def get_endpoint(tenant_id: str, endpoint_id: str) -> Endpoint:
    """One webhook. Raises NotFound."""
    endpoint = store.get(tenant_id, endpoint_id) if ids.is_id(endpoint_id) else None
    if endpoint is None:
        raise NotFound("There is no such webhook.")
    return endpoint


def list_endpoints(tenant_id: str, *, active: bool | None = None) -> list[Endpoint]:
    """The tenant's webhooks, the newest first; `active`: only those that are, or are not."""
    found = [each for each in store.of_tenant(tenant_id) if active is None or each.is_active is active]
    return sorted(found, key=lambda endpoint: (endpoint.created_at, endpoint.endpoint_id), reverse=True)


def update_endpoint(tenant_id: str, endpoint_id: str, change: EndpointChange, *, actor: str) -> Endpoint:
    """Change what the change names; an active endpoint that was paused is sent what was held.
    Raises NotFound, Invalid, Conflict."""
    if change.url is not None:
        check_url(change.url, "url")
    about = {"fields": sorted(change.model_fields_set)}
    endpoint = _replace(tenant_id, endpoint_id, lambda before: _changed(before, change), actor, "update", about)
    if change.is_active is None or change.is_active == endpoint.is_active:
        return endpoint
    return set_active(tenant_id, endpoint_id, active=change.is_active, actor=actor)


def set_active(tenant_id: str, endpoint_id: str, *, active: bool, actor: str) -> Endpoint:
    """Pause an endpoint, or resume it and send what was held; it as it is then. Raises NotFound."""
    endpoint, moment = get_endpoint(tenant_id, endpoint_id), clock.now()
    if active:
        written = _written(store.resuming(tenant_id, endpoint_id, moment), endpoint, actor, "resume")
    elif endpoint.paused_reason == breaker.CUSTOMER:
        return endpoint
    else:
        pausing = store.pausing(tenant_id, endpoint_id, moment, breaker.CUSTOMER)
        written = _written(pausing, endpoint, actor, "pause")
    if not written:
        raise _busy()
    if active:
        sweep.release_held(tenant_id, endpoint_id, moment)
    return get_endpoint(tenant_id, endpoint_id)


def delete_endpoint(tenant_id: str, endpoint_id: str, *, actor: str) -> None:
    """Remove a webhook; what was still to be sent to it is cancelled when its time comes. Raises NotFound."""
    endpoint = get_endpoint(tenant_id, endpoint_id)
    if not _written(store.deletion(tenant_id, endpoint_id), endpoint, actor, "delete", {"url": endpoint.url}):
        raise _busy()


def rotate_secret(
    tenant_id: str, endpoint_id: str, *, actor: str, overlap_hours: int = _OVERLAP
) -> tuple[Endpoint, datetime]:
    """A webhook with a new signing secret, to be shown this once, and until when the old ones sign along.
    Raises NotFound, Conflict."""
    moment = clock.now()
    until = moment + timedelta(hours=overlap_hours)

    def rotated(before: Endpoint) -> Endpoint:
        live = [each for each in before.secrets if each.expires_at is None or each.expires_at > moment]
        retiring = [replace(each, expires_at=min(each.expires_at or until, until)) for each in live]
        kept = retiring if overlap_hours else []
        if len(kept) >= _MOST_SECRETS:
            raise Conflict(f"{_MOST_SECRETS} secrets are live already; wait until an old one has run out.")
        return replace(before, secrets=[Secret(signing.new_secret()), *kept])

    return _replace(tenant_id, endpoint_id, rotated, actor, "rotate_secret", {"overlap_hours": overlap_hours}), until


def phone_service_url(tenant_id: str) -> str | None:
    """Where the phone service's call events go, None for nowhere."""
    endpoint = store.get(tenant_id, _phone_service_id(tenant_id))
    return endpoint.url if endpoint else None


def set_phone_service_endpoint(tenant_id: str, url: str | None, *, field: str = "webhookUrl") -> str | None:
    """Make `url` the place that the phone service's call events go to, None for nowhere; its secret where that is a new
    one. The same URL keeps its endpoint as it is, and is resumed. Raises Invalid about `field`."""
    endpoint_id = _phone_service_id(tenant_id)
    if url is None:
        store.delete(tenant_id, endpoint_id)
        return None
    check_url(url, field)
    for _ in table.tries():
        before = store.get(tenant_id, endpoint_id)
        if before and before.url == url:
            if not before.is_active:
                set_active(tenant_id, endpoint_id, active=True, actor=PHONE_SERVICE)
            return None
        endpoint = replace(
            new_endpoint(tenant_id, endpoint_id, "Phone service", url, CALL_EVENTS), source=PHONE_SERVICE
        )
        try:
            store.put(endpoint, before)
        except ConditionFailed:
            continue  # changed by another request: look again
        if before and not before.is_active:
            sweep.release_held(tenant_id, endpoint_id, endpoint.created_at)
        return endpoint.secrets[0].value
    raise _busy()


def _phone_service_id(tenant_id: str) -> str:
    return ids.derived_id(PHONE_SERVICE, tenant_id)


def enqueue(endpoint: Endpoint, event: Event) -> None:
    """Have an event delivered to an endpoint, or held while that is paused. Repeating it has no further effect."""
    moment = clock.now()
    delivery = Delivery(
        tenant_id=event.tenant_id,
        endpoint_id=endpoint.endpoint_id,
        event_id=event.event_id,
        event_type=event.type,
        body=event.body,
        status=Status.PENDING,
        created_at=moment,
        due_at=moment,
    )
    held = replace(delivery, status=Status.HELD, due_at=None)
    if not endpoint.is_active and delivery_store.insert_held(held):
        return
    delivery_store.insert(delivery)
    hints.send(event.tenant_id, endpoint.endpoint_id, [event.event_id])


def new_endpoint(tenant_id: str, endpoint_id: str, name: str, url: str, events: Sequence[str]) -> Endpoint:
    """A registration with a secret of its own, not stored yet."""
    moment: datetime = clock.now()
    secrets = [Secret(signing.new_secret())]
    return Endpoint(tenant_id, endpoint_id, name, url, list(events), secrets, created_at=moment, updated_at=moment)


def _changed(before: Endpoint, change: EndpointChange) -> Endpoint:
    named = {name: getattr(change, name) for name in ("name", "url", "events", "headers")}
    after = replace(before, **{name: value for name, value in named.items() if value is not None})
    if "retry_policy" in change.model_fields_set:
        after = replace(after, policy=change.retry_policy.policy() if change.retry_policy else None)
    return after


def _replace(
    tenant_id: str,
    endpoint_id: str,
    change: Callable[[Endpoint], Endpoint],
    actor: str,
    action: str,
    about: Mapping[str, Any],
) -> Endpoint:
    """The endpoint as the change makes it, however many others change it meanwhile."""
    for _ in table.tries():
        before = get_endpoint(tenant_id, endpoint_id)
        # The time of the last change is also its version: it never stands still.
        moment = max(clock.now(), before.updated_at + timedelta(milliseconds=1))
        after = replace(change(before), updated_at=moment)
        if _written(store.replacement(before, after), after, actor, action, about):
            return after
    raise _busy()


def _written(write: Write, endpoint: Endpoint, actor: str, action: str, about: Mapping[str, Any] | None = None) -> bool:
    """Whether an endpoint's write happened, with its entry in the audit trail. Raises NotFound when it has gone."""
    name, tenant_id = f"webhook.{action}", endpoint.tenant_id
    try:
        table.transact([write, audit.entry(tenant_id, actor, name, endpoint.endpoint_id, about or {})])
    except TransactionCancelled as cancelled:
        if cancelled.failed[0] == {}:
            raise NotFound("There is no such webhook.") from cancelled
        return False
    return True


def _busy() -> Unavailable:
    return Unavailable("This webhook is being changed by many at once. Try again shortly.", retry_after=1)


def check_url(url: str, field: str) -> None:
    """Refuse at once what a delivery would refuse for certain. Names are looked up when they are used."""
    allow = networks(settings().webhook_egress_allow)
    try:
        where = target(url)
        if where.scheme != "https" and not allow:
            raise ValueError("the URL is not https")
    except ValueError as error:
        raise Invalid("The webhook's URL cannot be used.", fields=[{"field": field, "message": str(error)}]) from error
    try:
        literal = ip_address(where.host)
    except ValueError:
        return
    if reason := refusal(where, [literal], allow):
        raise Invalid("The webhook's URL cannot be used.", fields=[{"field": field, "message": reason}])
