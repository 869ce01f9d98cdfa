"""Spoken conversations in the answers of voice analytics. Pure."""

from typing import Literal

from pydantic import Field

from tandem.conversations.voice import VoiceStatus
from tandem.shapes import SnakeView


class SpokenConversation(SnakeView):
    """A conversation with calls, of which the latest one is told of. Times in ISO 8601 and UTC."""

    id: str
    channel: Literal["voice"] = "voice"
    status: VoiceStatus
    customer_id: str
    agent_id: str | None
    call_id: str = Field(description="The latest call.")
    calls: int = Field(description="How many calls there were, at most 50.")
    direction: str
    duration_seconds: int | None
    started_at: str
    ended_at: str | None
    created_at: str


class SpokenList(SnakeView):
    """A span of the list, the newest conversation first, and how many there are."""

    conversations: list[SpokenConversation]
    total: int
    limit: int
    offset: int


class ConversationRecording(SnakeView):
    """All that was recorded of a conversation: the links, each good for 15 minutes, of the newest call first."""

    id: str | None
    urls: list[str] | None
    duration_seconds: int | None
    available: bool
    started_at: str | None
    ended_at: str | None


class RecordingAnswer(SnakeView):
    """What was recorded, or that nothing is."""

    recording: ConversationRecording


class SpokenMessage(SnakeView):
    """Something that was said in a call, or written."""

    id: str
    conversation_id: str
    role: Literal["user", "assistant"]
    content: str
    created_at: str
