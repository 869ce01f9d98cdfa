"""POST /api/webhooks/elevenlabs — ElevenLabs tells of a conversation that is over, or of a call that nobody took."""

from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import bare
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request
from tandem.reports.hearing import hear_elevenlabs


@endpoint("POST", "/api/webhooks/elevenlabs", bare, guard=from_carrier("elevenlabs"), largest_body=6 * 1024 * 1024)
def handler(request: Request) -> Answer:
    """200, whatever was told; what is not understood has no effect."""
    hear_elevenlabs(carrier_request(request))
    return Answer("")
