"""GET /api/v1/conversations/{conversation_id}/messages — the messages of a conversation, page by page."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import Listed, PageLimit, PageNumber
from tandem.messages.models import MessageView
from tandem.messages.service import list_messages


@endpoint(
    "GET", "/api/v1/conversations/{conversation_id}/messages", platform, guard=key_or_session("read:conversations")
)
def handler(caller: Caller, conversation_id: str, page: PageNumber = 1, limit: PageLimit = 50) -> Listed[MessageView]:
    """Messages, newest first."""
    return Listed(*list_messages(caller.tenant_id, conversation_id, page=page, limit=limit), page, limit)
