"""GET /api/v1/conversations — the conversations of a tenant, filtered, page by page."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.conversations.models import ConversationFilter, ConversationStatus, ConversationView, Priority
from tandem.conversations.service import list_conversations
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import Listed, PageLimit, PageNumber
from tandem.shapes import Name


@endpoint("GET", "/api/v1/conversations", platform, guard=key_or_session("read:conversations"))
def handler(
    caller: Caller,
    status: ConversationStatus | None = None,
    priority: Priority | None = None,
    assigned_to: Annotated[Name | None, Query(alias="assignedTo")] = None,
    inbox_id: Annotated[Name | None, Query(alias="inboxId")] = None,
    customer_id: Annotated[Name | None, Query(alias="customerId")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 50,
) -> Listed[ConversationView]:
    """Conversations, newest first, with all of the properties asked for."""
    wanted = ConversationFilter(status, priority, assigned_to, inbox_id, customer_id)
    return Listed(*list_conversations(caller.tenant_id, wanted, page=page, limit=limit), page, limit)
