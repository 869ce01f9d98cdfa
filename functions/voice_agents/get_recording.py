"""GET /api/v1/calls/{call_id}/recording — where a call's recording is heard."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import voice_agents
from tandem.reports.calls import show_recording
from tandem.reports.shapes import AiRecording


@endpoint("GET", "/api/v1/calls/{call_id}/recording", voice_agents, guard=key_or_session("read:recordings"))
def handler(caller: Caller, call_id: str) -> AiRecording:
    """Of a call that is over: a URL that takes your key, and one that anyone can use for 15 minutes."""
    return show_recording(caller.tenant_id, call_id)
