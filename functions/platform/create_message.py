"""POST /api/v1/conversations/{conversation_id}/messages — add a message to a conversation."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.messages.models import MessageRequest, MessageView
from tandem.messages.service import create_message


@endpoint(
    "POST",
    "/api/v1/conversations/{conversation_id}/messages",
    platform,
    guard=key_or_session("write:conversations"),
    status=201,
)
def handler(caller: Caller, conversation_id: str, body: MessageRequest) -> MessageView:
    """Send a message, or record one that was received: the events `message.sent` and `message.received` carry it on.
    One that was received opens its conversation again; into a closed one nothing can be sent (409)."""
    return create_message(caller.tenant_id, conversation_id, body, message_id=caller.new_id)
