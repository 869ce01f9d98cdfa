"""A call as the telephony family shows it. Pure."""

from tandem.calls.models import RETRYABLE, Call, CallView, RecordingState, Status
from tandem.clock import iso


def view(call: Call, api_url: str) -> CallView:
    """The call object of the contract; `recordingUrl` streams the audio to whoever holds a key."""
    recording = call.recording
    available = call.recording_state == RecordingState.AVAILABLE
    return {
        "callId": call.call_id,
        "conversationId": call.conversation_id,
        "customerId": call.customer_id,
        "agentId": call.agent_id,
        "direction": call.direction,
        "from": call.from_number,
        "to": call.to_number,
        "status": call.status.value,
        "outcome": call.outcome.value if call.outcome else None,
        "retryable": call.outcome in RETRYABLE if call.outcome else None,
        "cause": call.cause,
        "duration": call.duration,
        "recordingUrl": f"{api_url}/api/telephony/calls/{call.call_id}/recording/stream" if available else None,
        "recordingState": call.recording_state.value if call.recording_state else None,
        "recordingDeletedAt": iso(recording.deleted_at) if recording and recording.deleted_at else None,
        "notes": call.notes,
        "tags": call.tags,
        "rating": call.rating,
        "cost": {"amount": call.cost.amount, "currency": call.cost.currency} if call.cost else None,
        "carrier": call.carrier,
        "createdAt": iso(call.created_at),
        "answeredAt": iso(call.answered_at) if call.answered_at else None,
        "endedAt": iso(call.ended_at) if call.ended_at else None,
    }


def why(call: Call) -> str | None:
    """Why a call failed, in a few words: how it ended, and the carrier's cause; None of any other."""
    if call.status not in (Status.FAILED, Status.MISSED):
        return None
    outcome = call.outcome.value.replace("_", " ") if call.outcome else "failed"
    return f"{outcome}: {call.cause}" if call.cause else outcome
