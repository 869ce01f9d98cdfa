"""Webhook endpoints and what is sent to them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from ipaddress import ip_address

from tandem import clock, ids
from tandem.aws.table import ConditionFailed
from tandem.config import settings
from tandem.destinations import networks, refusal, target
from tandem.errors import Conflict, Invalid, NotFound
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
_OVERLAP = timedelta(hours=24)
_MOST_SECRETS = 5


def fan_out(event: Event) -> None:
    """Have an event delivered to every endpoint that subscribed to its type. Repeating it has no further effect."""
    for endpoint in store.of_tenant(event.tenant_id):
        if endpoint.takes(event.type):
            _enqueue(endpoint, event)


def create_endpoint(tenant_id: str, wanted: NewEndpoint) -> Endpoint:
    """Register a webhook; the answer's secret is to be shown this once. Raises Invalid, Conflict."""
    check_url(wanted.url, "url")
    if sum(1 for _ in store.of_tenant(tenant_id)) >= MOST_ENDPOINTS:
        raise Conflict(f"There are {MOST_ENDPOINTS} webhooks already, which is the most.")
    policy = wanted.retry_policy.policy() if wanted.retry_policy else None
    endpoint = _new(tenant_id, ids.new_id(), wanted.name, wanted.url, wanted.events)
    endpoint = replace(endpoint, headers=wanted.headers, policy=policy)
    store.insert(endpoint)
    return endpoint


def get_endpoint(tenant_id: str, endpoint_id: str) -> Endpoint:
    """One webhook. Raises NotFound."""
    endpoint = store.get(tenant_id, endpoint_id)
    if endpoint is None:
        raise NotFound("There is no such webhook.")
    return endpoint


def list_endpoints(tenant_id: str) -> list[Endpoint]:
    """The tenant's webhooks, the oldest first."""
    return sorted(store.of_tenant(tenant_id), key=lambda endpoint: endpoint.created_at)


def update_endpoint(tenant_id: str, endpoint_id: str, change: EndpointChange) -> Endpoint:
    """Change what the change names; an active endpoint that was paused is sent what was held.
    Raises NotFound, Invalid, Conflict."""
    before = get_endpoint(tenant_id, endpoint_id)
    if change.url is not None:
        check_url(change.url, "url")
    named = {name: getattr(change, name) for name in ("name", "url", "events", "headers")}
    after = replace(before, **{name: value for name, value in named.items() if value is not None})
    if "retry_policy" in change.model_fields_set:
        after = replace(after, policy=change.retry_policy.policy() if change.retry_policy else None)
    _replace(before, after)
    if change.is_active is not None and change.is_active != before.is_active:
        set_active(tenant_id, endpoint_id, active=change.is_active)
    return get_endpoint(tenant_id, endpoint_id)


def set_active(tenant_id: str, endpoint_id: str, *, active: bool) -> None:
    """Pause an endpoint, or resume it and send what was held. Raises NotFound."""
    moment = clock.now()
    try:
        if not active:
            store.pause(tenant_id, endpoint_id, moment, breaker.CUSTOMER)
            return
        store.resume(tenant_id, endpoint_id, moment)
    except ConditionFailed as failed:
        raise NotFound("There is no such webhook.") from failed
    sweep.release_held(tenant_id, endpoint_id, moment)


def delete_endpoint(tenant_id: str, endpoint_id: str) -> None:
    """Remove a webhook; what was still to be sent to it is cancelled when its time comes. Raises NotFound."""
    try:
        store.delete(tenant_id, endpoint_id)
    except ConditionFailed as failed:
        raise NotFound("There is no such webhook.") from failed


def rotate_secret(tenant_id: str, endpoint_id: str) -> str:
    """A new signing secret, to be shown this once; the old one signs along for 24 hours. Raises NotFound, Conflict."""
    moment = clock.now()
    before = get_endpoint(tenant_id, endpoint_id)
    live = [each for each in before.secrets if each.expires_at is None or each.expires_at > moment]
    retiring = [replace(each, expires_at=each.expires_at or moment + _OVERLAP) for each in live]
    if len(retiring) >= _MOST_SECRETS:
        raise Conflict(f"{_MOST_SECRETS} secrets are live already; wait until an old one has run out.")
    new = signing.new_secret()
    _replace(before, replace(before, secrets=[Secret(new), *retiring]))
    return new


def set_phone_service_endpoint(
    tenant_id: str, url: str | None, *, field: str = "webhookUrl"
) -> tuple[str | None, str | None]:
    """Make `url` the endpoint that the phone service's call events go to, None for nowhere: its id, and its secret when
    it is new. The same URL keeps endpoint and secret, and is resumed. Raises Invalid about `field`."""
    endpoint_id, secret = None, None
    if url is not None:
        check_url(url, field)
        endpoint_id = ids.derived_id(PHONE_SERVICE, tenant_id, url)
        secret = _ensure_phone_service(tenant_id, endpoint_id, url)
    for other in store.of_tenant(tenant_id):
        if other.source == PHONE_SERVICE and other.endpoint_id != endpoint_id:
            delete_endpoint(tenant_id, other.endpoint_id)
    return endpoint_id, secret


def list_deliveries(tenant_id: str, endpoint_id: str, status: Status | None = None) -> list[Delivery]:
    """A webhook's log, the newest event first. Raises NotFound."""
    get_endpoint(tenant_id, endpoint_id)
    return list(delivery_store.of_endpoint(tenant_id, endpoint_id, status))


def _enqueue(endpoint: Endpoint, event: Event) -> None:
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


def _ensure_phone_service(tenant_id: str, endpoint_id: str, url: str) -> str | None:
    endpoint = _new(tenant_id, endpoint_id, "Phone service", url, CALL_EVENTS)
    try:
        store.insert(replace(endpoint, source=PHONE_SERVICE))
    except ConditionFailed:
        if not get_endpoint(tenant_id, endpoint_id).is_active:
            set_active(tenant_id, endpoint_id, active=True)
        return None
    return endpoint.secrets[0].value


def _new(tenant_id: str, endpoint_id: str, name: str, url: str, events: Sequence[str]) -> Endpoint:
    moment: datetime = clock.now()
    secrets = [Secret(signing.new_secret())]
    return Endpoint(tenant_id, endpoint_id, name, url, list(events), secrets, created_at=moment, updated_at=moment)


def _replace(before: Endpoint, after: Endpoint) -> None:
    # The time of the last change is also its version: it never stands still.
    moment = max(clock.now(), before.updated_at + timedelta(milliseconds=1))
    try:
        store.replace(before, replace(after, updated_at=moment))
    except ConditionFailed as failed:
        if failed.item is None:
            raise NotFound("There is no such webhook.") from failed
        raise Conflict("The webhook was changed by another request just now.") from failed


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
