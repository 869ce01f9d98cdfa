"""Conversations as voice analytics shows them: how they stand by their calls, what was recorded, what was said."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tandem import clock
from tandem.calls import lookup as calls
from tandem.calls.models import Call, RecordingState
from tandem.conversations import service as conversations
from tandem.conversations import voice
from tandem.conversations.shapes import (
    ConversationRecording,
    RecordingAnswer,
    SpokenConversation,
    SpokenList,
    SpokenMessage,
)
from tandem.conversations.voice import Voice, VoiceStatus
from tandem.errors import NotFound
from tandem.ids import derived_id, is_id, made_at
from tandem.messages import service as messages
from tandem.messages.models import Message
from tandem.recordings import service as recordings
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Role


def list_spoken(tenant_id: str, status: VoiceStatus | None, *, limit: int, offset: int) -> SpokenList:
    """Conversations with calls, the newest first."""
    found, total = voice.page(tenant_id, status, offset=offset, limit=limit)
    latest = {call.call_id: call for call in calls.get_calls(tenant_id, [one.calls[0] for one in found])}
    shown = [_view(one, latest[one.calls[0]]) for one in found if one.calls[0] in latest]
    return SpokenList(conversations=shown, total=total, limit=limit, offset=offset)


def recording_of(tenant_id: str, conversation_id: str) -> RecordingAnswer:
    """What was recorded of a conversation; `available` says whether there is anything. Raises NotFound for a
    conversation that there is not."""
    held = _calls_of(tenant_id, conversation_id)
    heard = [call for call in held if call.recording_state == RecordingState.AVAILABLE]
    told = heard or held
    ends = [call.ended_at for call in told if call.ended_at]
    recording = ConversationRecording(
        id=heard[0].call_id if heard else None,
        urls=[recordings.link(tenant_id, call.call_id).download_url for call in heard] or None,
        duration_seconds=sum(call.duration or 0 for call in heard) if heard else None,
        available=bool(heard),
        started_at=clock.iso(min(map(_start, told))) if told else None,
        ended_at=clock.iso(max(ends)) if ends else None,
    )
    return RecordingAnswer(recording=recording)


def messages_of(tenant_id: str, conversation_id: str, *, limit: int, offset: int) -> list[SpokenMessage]:
    """What was said and written in a conversation, from the beginning. Raises NotFound."""
    held = _calls_of(tenant_id, conversation_id)
    said = [each for call in held for each in _said(call)]
    said += [(one.created_at, _written(one)) for one in messages.of_conversation(tenant_id, conversation_id)]
    said.sort(key=lambda each: each[0])
    return [message for _, message in said[offset : offset + limit]]


def _calls_of(tenant_id: str, conversation_id: str) -> list[Call]:
    """The calls of a conversation, the newest first. Raises NotFound for a conversation that there is not."""
    found = voice.get(tenant_id, conversation_id) if is_id(conversation_id) else None
    if found is not None:
        return calls.get_calls(tenant_id, found.calls)
    try:
        conversations.get_conversation(tenant_id, conversation_id)
    except NotFound as unknown:
        raise NotFound("Conversation not found") from unknown
    return []


def _said(call: Call) -> Iterator[tuple[datetime, SpokenMessage]]:
    """The turns of a call that are final, with when they began."""
    transcript = transcripts.find(call.tenant_id, call.call_id)
    for turn in transcript.turns if transcript else ():
        if turn.final:
            moment = _start(call) + timedelta(seconds=turn.start)
            yield (
                moment,
                SpokenMessage(
                    id=derived_id(call.call_id, turn.turn_id),
                    conversation_id=call.conversation_id,
                    role="user" if turn.role == Role.USER else "assistant",
                    content=turn.text,
                    created_at=clock.iso(moment),
                ),
            )


def _written(message: Message) -> SpokenMessage:
    return SpokenMessage(
        id=message.message_id,
        conversation_id=message.conversation_id,
        role="user" if message.direction == "inbound" else "assistant",
        content=message.text,
        created_at=clock.iso(message.created_at),
    )


def _start(call: Call) -> datetime:
    return call.answered_at or call.created_at


def _view(found: Voice, call: Call) -> SpokenConversation:
    return SpokenConversation(
        id=found.conversation_id,
        status=found.status,
        customer_id=call.customer_id,
        agent_id=call.agent_id,
        call_id=call.call_id,
        calls=len(found.calls),
        direction=call.direction,
        duration_seconds=call.duration,
        started_at=clock.iso(_start(call)),
        ended_at=clock.iso(call.ended_at) if call.ended_at else None,
        created_at=clock.iso(made_at(found.conversation_id)),
    )
