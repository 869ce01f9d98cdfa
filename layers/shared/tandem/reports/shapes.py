"""Calls as the voice-agents family shows them, with what was said and what became of it. Pure."""

from typing import Any, Literal

from typing_extensions import TypedDict

from tandem.calls.models import Call, RecordingState, Status
from tandem.calls.views import why
from tandem.clock import iso
from tandem.reports.models import ReportView
from tandem.transcripts.views import TranscriptView

StatusFilter = Literal["initiated", "in_progress", "completed", "failed"]

STATUSES: dict[str, tuple[str, ...]] = {
    "initiated": (Status.INITIATED.value, Status.RINGING.value),
    "in_progress": (Status.ANSWERED.value,),
    "completed": (Status.COMPLETED.value,),
    "failed": (Status.FAILED.value, Status.MISSED.value),
}
"""What this family calls the statuses of a call."""

_SHOWN = {status: shown for shown, statuses in STATUSES.items() for status in statuses}


class AiCallView(TypedDict):
    """A call. `started_at`: when it was placed or came in; `duration_seconds` of talk. `transcript` and `report` are
    null in a list. `recording_url` takes the same credentials as this."""

    id: str
    task_id: str | None
    agent_id: str | None
    direction: str
    from_number: str
    to_number: str
    status: str
    started_at: str
    answered_at: str | None
    ended_at: str | None
    duration_seconds: int | None
    transcript: TranscriptView | None
    report: ReportView | None
    recording_url: str | None
    error: str | None


class FetchedTranscript(TypedDict):
    """A transcript that was fetched, and what was made of it."""

    transcript: TranscriptView
    extracted_data: dict[str, Any]
    report: ReportView | None


class AiRecording(TypedDict):
    """A call's recording: `recording_url` streams it to whoever holds a key, `download_url` to anyone until
    `expires_at`, `expires_in` seconds from now."""

    recording_url: str
    download_url: str
    expires_at: str
    expires_in: int


def call_view(
    call: Call, api_url: str, *, transcript: TranscriptView | None = None, report: ReportView | None = None
) -> AiCallView:
    """A call in this family's words."""
    return {
        "id": call.call_id,
        "task_id": call.task_id,
        "agent_id": call.agent_id,
        "direction": call.direction,
        "from_number": call.from_number,
        "to_number": call.to_number,
        "status": shown_status(call),
        "started_at": iso(call.created_at),
        "answered_at": iso(call.answered_at) if call.answered_at else None,
        "ended_at": iso(call.ended_at) if call.ended_at else None,
        "duration_seconds": call.duration,
        "transcript": transcript,
        "report": report,
        "recording_url": stream_url(call, api_url) if call.recording_state == RecordingState.AVAILABLE else None,
        "error": why(call),
    }


def shown_status(call: Call) -> str:
    """Where a call stands."""
    return _SHOWN[call.status.value]


def stream_url(call: Call, api_url: str) -> str:
    """Where a call's recording is streamed from."""
    return f"{api_url}/api/v1/calls/{call.call_id}/recording/stream"
