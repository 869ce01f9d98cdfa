"""GET /api/v1/conversations/{conversation_id} — one conversation."""

from tandem.conversations.models import ConversationView
from tandem.conversations.service import show_conversation
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint("GET", "/api/v1/conversations/{conversation_id}", platform, guard=key_or_session("read:conversations"))
def handler(caller: Caller, conversation_id: str) -> ConversationView:
    """One conversation; its messages are under `/messages`."""
    return show_conversation(caller.tenant_id, conversation_id)
