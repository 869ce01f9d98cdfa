"""POST /api/v1/webhooks — register a webhook."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.webhooks import management
from tandem.webhooks.models import NewEndpoint
from tandem.webhooks.shapes import NewWebhookView


@endpoint("POST", "/api/v1/webhooks", platform, guard=key_or_session("write:webhooks"), status=201)
def handler(caller: Caller, body: NewEndpoint) -> NewWebhookView:
    """Have events sent to a URL. `secret` signs them and is shown this once."""
    return management.create_webhook(caller.tenant_id, body, actor=caller.actor)
