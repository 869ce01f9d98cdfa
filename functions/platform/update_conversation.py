"""PATCH /api/v1/conversations/{conversation_id} — change a conversation."""

from tandem.conversations.models import ConversationChange, ConversationView
from tandem.conversations.service import update_conversation
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint(
    "PATCH",
    "/api/v1/conversations/{conversation_id}",
    platform,
    guard=key_or_session("write:conversations"),
    also_methods=["PUT"],
)
def handler(caller: Caller, conversation_id: str, body: ConversationChange) -> ConversationView:
    """Change what is named; what is left out stays, with PUT as with PATCH. A closed one can only be reopened (409)."""
    return update_conversation(caller.tenant_id, conversation_id, body, actor=caller.actor)
