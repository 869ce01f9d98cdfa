"""POST /api/webhooks/twilio/events — Twilio tells what happened to a call or its recording."""

from tandem.calls.instructing import hear_request
from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import bare
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request


@endpoint("POST", "/api/webhooks/twilio/events", bare, guard=from_carrier("twilio"), status=204)
def handler(request: Request) -> Answer:
    """204, whatever was told; what is not understood has no effect."""
    hear_request("twilio", carrier_request(request))
    return Answer(status=204)
