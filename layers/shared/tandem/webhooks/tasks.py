"""Where webhooks of tasks go: one destination a URL, delivered to like any webhook, made by the tasks that name it."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

from tandem import clock, ids
from tandem.aws.table import ConditionFailed
from tandem.destinations import target
from tandem.errors import Invalid
from tandem.events.models import Event
from tandem.webhooks import service, store
from tandem.webhooks.models import TASK_EVENTS

SOURCE = "task"


def open_destination(tenant_id: str, url: str) -> tuple[str, str | None]:
    """The destination of tasks' webhooks at this URL, and its secret where it is a new one. One that was paused for its
    failures is sent to again. Raises Invalid about `webhook_url`."""
    service.check_url(url, "webhook_url")
    _require_https(url)
    endpoint_id = f"{store.TASK_ID}{ids.derived_id(SOURCE, tenant_id, url)}"
    before = store.get(tenant_id, endpoint_id)
    if before and before.is_active:
        return endpoint_id, None
    if before:
        moment = max(clock.now(), before.updated_at + timedelta(milliseconds=1))
        endpoint = replace(before, paused_at=None, paused_reason=None, failing_since=None, updated_at=moment)
    else:
        endpoint = replace(service.new_endpoint(tenant_id, endpoint_id, "Tasks", url, TASK_EVENTS), source=SOURCE)
    try:
        store.put(endpoint, before)
    except ConditionFailed:
        return endpoint_id, None  # another task's request was quicker, and has shown the secret
    return endpoint_id, None if before else endpoint.secrets[0].value


def deliver(event: Event) -> None:
    """Have the event of a task delivered to the destination that is its subject. Repeating it has no further effect."""
    if endpoint := store.get(event.tenant_id, event.subject):
        service.enqueue(endpoint, replace(event, type=event.type.rpartition(".")[2]))


def _require_https(url: str) -> None:
    """Plain http leads to addresses that the stage opens, and to no name."""
    where = target(url)
    try:
        ip_address(where.host)
    except ValueError:
        if where.scheme != "https" and where.host != "localhost":
            told = [{"field": "webhook_url", "message": "the URL is not https"}]
            raise Invalid("The webhook's URL cannot be used.", fields=told) from None
