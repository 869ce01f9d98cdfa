"""GET /api/conversations — the conversations in which there were calls."""

from typing import Literal

from tandem.conversations.shapes import SpokenList
from tandem.conversations.spoken import list_spoken
from tandem.conversations.voice import VoiceStatus
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_analytics
from tandem.entry.pages import Offset, PageLimit


@endpoint("GET", "/api/conversations", voice_analytics, guard=key_or_session("read:conversations"))
def handler(
    caller: Caller,
    channel: Literal["voice"] = "voice",
    status: VoiceStatus | None = None,
    limit: PageLimit = 50,
    offset: Offset = 0,
) -> SpokenList:
    """Conversations with calls, the newest first; each stands as its latest call does: `active` until that is over,
    `completed` where it was answered, else `failed`. `/api/v1/conversations` has those of every channel."""
    return list_spoken(caller.tenant_id, status, limit=limit, offset=offset)
