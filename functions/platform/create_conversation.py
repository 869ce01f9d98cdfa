"""POST /api/v1/conversations — open a conversation."""

from tandem.conversations.models import ConversationRequest, ConversationView
from tandem.conversations.service import create_conversation
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint("POST", "/api/v1/conversations", platform, guard=key_or_session("write:conversations"), status=201)
def handler(caller: Caller, body: ConversationRequest) -> ConversationView:
    """Open a conversation with a customer. Calls open one of their own, of the channel `voice`."""
    return create_conversation(caller.tenant_id, body, conversation_id=caller.new_id, actor=caller.actor)
