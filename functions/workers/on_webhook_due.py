"""A hint that a webhook delivery may be due: make the attempt."""

from tandem.entry import consumer
from tandem.webhooks.delivery import attempt
from tandem.webhooks.models import DeliveryDue


@consumer("WebhookQueue", DeliveryDue)
def handler(message: DeliveryDue) -> None:
    """Deliver one event to one endpoint, if that is due."""
    attempt(message.tenant_id, message.endpoint_id, message.event_id, message.hops)
