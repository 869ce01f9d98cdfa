"""Calls with what was said in them and what became of it, as the voice-agents family asks for them."""

from tandem.address import api_url
from tandem.calls import lookup as calls
from tandem.calls.models import REACHED, Call, CallFilter
from tandem.carriers.analysis import Converses
from tandem.carriers.registry import carrier
from tandem.errors import Conflict, NotFound, Unavailable
from tandem.recordings import service as recordings
from tandem.reports import service as reports
from tandem.reports.hearing import hear_told
from tandem.reports.models import ReportView
from tandem.reports.shapes import STATUSES, AiCallView, AiRecording, FetchedTranscript, call_view, stream_url
from tandem.transcripts import service as transcripts
from tandem.transcripts.models import Transcript
from tandem.transcripts.views import TranscriptView
from tandem.transcripts.views import view as transcript_view


def list_calls(
    tenant_id: str, *, task_id: str | None, agent_id: str | None, status: str | None, limit: int, offset: int
) -> tuple[list[AiCallView], int]:
    """A span of a tenant's calls, newest first, and how many there are."""
    wanted = CallFilter(agent_id=agent_id, status=_statuses(status))
    found, total = calls.find_calls(tenant_id, wanted, task_id=task_id, limit=limit, offset=offset)
    return [call_view(call, api_url()) for call in found], total


def show_call(tenant_id: str, call_id: str) -> AiCallView:
    """One call, with its transcript and, when it is over, its report. Raises NotFound."""
    call = calls.get_call(tenant_id, call_id)
    transcript = transcripts.find(tenant_id, call_id)
    return call_view(
        call,
        api_url(),
        transcript=transcript_view(transcript) if transcript else None,
        report=reports.report(call, transcript) if call.status.is_final else None,
    )


def show_transcript(tenant_id: str, call_id: str) -> TranscriptView:
    """What was said so far, or in all. Raises NotFound."""
    return transcript_view(_transcript(calls.get_call(tenant_id, call_id)))


def show_report(tenant_id: str, call_id: str) -> ReportView:
    """The report of a call that is over. Raises NotFound."""
    return reports.report(calls.get_call(tenant_id, call_id), transcripts.find(tenant_id, call_id))


def show_recording(tenant_id: str, call_id: str) -> AiRecording:
    """Where a call's recording is heard. Raises Conflict while the call is not over, NotFound."""
    call = calls.get_call(tenant_id, call_id)
    if not call.status.is_final:
        raise Conflict("The recording is there when the call is over.")
    link = recordings.link(tenant_id, call_id)
    return {
        "recording_url": stream_url(call, api_url()),
        "download_url": link.download_url,
        "expires_at": link.expires_at,
        "expires_in": link.expires_in,
    }


def fetch_transcript(tenant_id: str, call_id: str) -> FetchedTranscript:
    """Ask the provider for what was said, and keep it. Raises Unavailable where it cannot give it, Conflict while the
    call is not over, NotFound where there is nothing to be had."""
    call = calls.get_call(tenant_id, call_id)
    if call.assistant_id:
        call = _asked(call)
    transcript = _transcript(call)
    if not transcript.version:
        raise Conflict("The call is not over yet: what is said is told as it is said.")
    report = reports.report(call, transcript) if call.status.is_final else None
    return {
        "transcript": transcript_view(transcript),
        "extracted_data": report["extracted_data"] if report else {},
        "report": report,
    }


def _asked(call: Call) -> Call:
    """The call with what its provider tells of it, if that keeps conversations."""
    adapter = carrier(call.carrier)
    if not isinstance(adapter, Converses):
        return call
    told = adapter.conversation(call.sought)
    call = hear_told(call.carrier, told) or call
    if told.heard is None and call.outcome in REACHED:
        raise Unavailable("The provider has no transcript of this call at present.", retry_after=15)
    if told.heard is None and not call.status.is_final:
        raise Conflict("The call is not over yet: its transcript comes with its end.")
    return call


def _transcript(call: Call) -> Transcript:
    transcript = transcripts.find(call.tenant_id, call.call_id)
    if transcript is None:
        raise NotFound("There is no transcript of this call." if call.status.is_final else "Nothing was said yet.")
    return transcript


def _statuses(shown: str | None) -> str | tuple[str, ...] | None:
    """The statuses that are shown as this one: a single one has an index."""
    if shown is None:
        return None
    statuses = STATUSES[shown]
    return statuses if len(statuses) > 1 else statuses[0]
