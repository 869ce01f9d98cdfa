"""GET /api/conversations/{conversation_id}/messages — what was said in a conversation."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.conversations.shapes import SpokenMessage
from tandem.conversations.spoken import messages_of
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_analytics
from tandem.entry.pages import Offset


@endpoint(
    "GET",
    "/api/conversations/{conversation_id}/messages",
    voice_analytics,
    guard=key_or_session("read:conversations"),
)
def handler(
    caller: Caller,
    conversation_id: str,
    limit: Annotated[int, Query(ge=1, le=1000)] = 1000,
    offset: Offset = 0,
) -> list[SpokenMessage]:
    """The transcripts of its calls and what was written, from the beginning; what is still being said is left out."""
    return messages_of(caller.tenant_id, conversation_id, limit=limit, offset=offset)
