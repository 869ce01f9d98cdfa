"""A test event, really sent, and written to the log."""

from tandem import clock, ids
from tandem.events.models import envelope
from tandem.webhooks import delivery_store
from tandem.webhooks.delivery import post
from tandem.webhooks.models import TEST_EVENT, Delivery, Status
from tandem.webhooks.service import get_endpoint
from tandem.webhooks.shapes import TrialView


def send_test(tenant_id: str, webhook_id: str) -> TrialView:
    """Send a test event to a webhook, paused or not, once; it neither helps nor harms its standing. Raises NotFound."""
    endpoint = get_endpoint(tenant_id, webhook_id)
    moment, event_id = clock.now(), ids.new_id()
    body = envelope(TEST_EVENT, moment, {"webhookId": webhook_id, "name": endpoint.name})
    answer = post(endpoint, event_id, body)
    made = answer.attempt
    delivery_store.insert_made(
        Delivery(
            tenant_id=tenant_id,
            endpoint_id=webhook_id,
            event_id=event_id,
            event_type=TEST_EVENT,
            body=body,
            status=Status.SUCCESS if made.succeeded else Status.FAILED,
            created_at=moment,
            attempts=[made],
            made=1,
            tries=1,
            excerpt=answer.excerpt,
        )
    )
    return TrialView(
        message="A test event was sent." if made.succeeded else "A test event was sent, and not accepted.",
        log_id=event_id,
        event=TEST_EVENT,
        delivered=made.succeeded,
        response_status=made.status,
        response_body=answer.excerpt,
        error=made.error,
        latency_ms=made.milliseconds,
    )
