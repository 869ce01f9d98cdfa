"""POST /api/v1/calls/{call_id}/transcript — fetch a transcript from the provider."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.reports.calls import fetch_transcript
from tandem.reports.shapes import FetchedTranscript


@endpoint("POST", "/api/v1/calls/{call_id}/transcript", voice_agents, guard=key_or_session("write:calls"))
def handler(caller: Caller, call_id: str) -> FetchedTranscript:
    """Ask the provider that carried the conversation, keep what it has, and make the report. 503 where it fails."""
    return fetch_transcript(caller.tenant_id, call_id)
