"""GET /api/v1/webhooks — the webhooks of a tenant, page by page."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import PageLimit, PageNumber
from tandem.webhooks import management
from tandem.webhooks.shapes import WebhookList


@endpoint("GET", "/api/v1/webhooks", platform, guard=key_or_session("read:webhooks"))
def handler(
    caller: Caller,
    is_active: Annotated[bool | None, Query(alias="isActive")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> WebhookList:
    """Webhooks, newest first, also that of the phone service; never their secrets."""
    return management.list_webhooks(caller.tenant_id, active=is_active, page=page, limit=limit)
