"""GET /api/v1/calls/{call_id}/transcript — what was said in a call."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.reports.calls import show_transcript
from tandem.transcripts.views import TranscriptView


@endpoint("GET", "/api/v1/calls/{call_id}/transcript", voice_agents, guard=key_or_session("read:calls"))
def handler(caller: Caller, call_id: str) -> TranscriptView:
    """The stored transcript; `finished_at` is null while there may be more."""
    return show_transcript(caller.tenant_id, call_id)
