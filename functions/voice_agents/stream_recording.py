"""GET /api/v1/calls/{call_id}/recording/stream — the audio of a call, or with HEAD what it is."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.answer import Answer
from tandem.entry.audio import audio_answer
from tandem.entry.dialects import voice_agents
from tandem.entry.request import Request
from tandem.recordings import service as recordings


@endpoint(
    "GET",
    "/api/v1/calls/{call_id}/recording/stream",
    voice_agents,
    guard=key_or_session("read:recordings"),
    also_methods=["HEAD"],
    answers={
        206: "The range asked for.",
        302: "Too large to answer: the store has it.",
        304: "The client's copy is this one.",
        416: "The range lies outside.",
    },
    media_type="audio/*",
)
def handler(caller: Caller, request: Request, call_id: str) -> Answer:
    """The recording's bytes; `Range` is honoured, and what is too large to answer is redirected to the store."""
    return audio_answer(recordings.find(caller.tenant_id, call_id), request.headers, head=request.method == "HEAD")
