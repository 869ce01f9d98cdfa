"""DELETE /api/v1/conversations/{conversation_id} — remove a conversation."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.messages.service import delete_conversation
from tandem.shapes import Deleted


@endpoint("DELETE", "/api/v1/conversations/{conversation_id}", platform, guard=key_or_session("write:conversations"))
def handler(caller: Caller, conversation_id: str) -> Deleted:
    """Remove a conversation with its messages. Its calls stay."""
    return delete_conversation(caller.tenant_id, conversation_id, actor=caller.actor)
