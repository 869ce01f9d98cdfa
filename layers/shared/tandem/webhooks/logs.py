"""The log of a webhook's deliveries, and sending them again."""

from itertools import islice

from tandem import clock, ids
from tandem.errors import Conflict, NotFound
from tandem.webhooks import delivery_store, hints, service
from tandem.webhooks.models import Delivery, DeliveryFilter, Endpoint, Status
from tandem.webhooks.shapes import LogEntryView, LogList, LogView, ReplayView, log_entry_view, log_view

MOST_LISTED = 10_000
"""Deliveries of each status, the newest, that a list looks at: 10,000 entries of the index are some 250 read units."""

MOST_REPLAYED = 500
"""Deliveries that one request sends again."""

_CHUNK = 500


def list_logs(tenant_id: str, webhook_id: str, wanted: DeliveryFilter, *, page: int, limit: int) -> LogList:
    """A page of a webhook's deliveries, newest event first. Raises NotFound."""
    service.get_endpoint(tenant_id, webhook_id)
    offset = (page - 1) * limit
    total = delivery_store.count(tenant_id, webhook_id, wanted, MOST_LISTED)
    chunk = _CHUNK if wanted.event_type else min(_CHUNK, offset + limit)
    found = delivery_store.find(tenant_id, webhook_id, wanted, MOST_LISTED, chunk=chunk)
    ids_of_page = list(islice(found, offset, offset + limit)) if offset < total else []
    logs = [log_view(each) for each in delivery_store.get_many(tenant_id, webhook_id, ids_of_page)]
    return LogList(logs=logs, total=total, page=page, limit=limit, total_pages=-(-total // limit))


def show_log(tenant_id: str, webhook_id: str, log_id: str) -> LogEntryView:
    """One delivery, with what was sent. Raises NotFound."""
    return log_entry_view(_existing(tenant_id, webhook_id, log_id))


def replay(tenant_id: str, webhook_id: str, log_id: str) -> LogView:
    """Send one delivery again, now, as often as it takes; one that is on its way is not sent twice. Raises NotFound,
    and Conflict while the webhook is paused."""
    _require_active(service.get_endpoint(tenant_id, webhook_id))
    delivery = _existing(tenant_id, webhook_id, log_id)
    moment = clock.now()
    if delivery.status is Status.PENDING:
        again = not delivery.is_leased and delivery_store.hasten(delivery, moment)
    else:
        again = delivery_store.restart(delivery, moment)
    if again:
        hints.send(tenant_id, webhook_id, [log_id])
    return log_view(_existing(tenant_id, webhook_id, log_id))


def replay_range(tenant_id: str, webhook_id: str, wanted: DeliveryFilter) -> ReplayView:
    """Send again the deliveries of a span, the oldest first and so many at most. Raises NotFound, and Conflict while
    the webhook is paused."""
    _require_active(service.get_endpoint(tenant_id, webhook_id))
    found = delivery_store.find(tenant_id, webhook_id, wanted, MOST_LISTED, chunk=MOST_REPLAYED + 1, newest_first=False)
    events = list(islice(found, MOST_REPLAYED + 1))
    replayed, moment = [], clock.now()
    for start in range(0, min(len(events), MOST_REPLAYED), 100):
        some = events[start : min(start + 100, MOST_REPLAYED)]
        for delivery in delivery_store.get_many(tenant_id, webhook_id, some):
            if delivery.status is wanted.status and delivery_store.restart(delivery, moment):
                replayed.append(delivery.event_id)
    hints.send(tenant_id, webhook_id, replayed)
    following = events[MOST_REPLAYED] if len(events) > MOST_REPLAYED else None
    next_start = clock.iso(ids.made_at(following)) if following else None
    return ReplayView(replayed=len(replayed), more=following is not None, next_start_date=next_start)


def _existing(tenant_id: str, webhook_id: str, log_id: str) -> Delivery:
    is_name = ids.is_id(webhook_id) and ids.is_id(log_id)
    delivery = delivery_store.get(tenant_id, webhook_id, log_id) if is_name else None
    if delivery is None:
        raise NotFound("There is no such delivery.")
    return delivery


def _require_active(endpoint: Endpoint) -> None:
    if not endpoint.is_active:
        raise Conflict("The webhook is paused. Resume it first; what was held is sent then.")
