"""POST /api/webhooks/twilio/voice — Twilio asks what a caller shall hear and do next."""

from tandem.calls.instructing import instruct
from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import bare
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request


@endpoint("POST", "/api/webhooks/twilio/voice", bare, guard=from_carrier("twilio"), media_type="text/xml")
def handler(request: Request) -> Answer:
    """TwiML; the events that the question carries are taken down first."""
    response = instruct("twilio", carrier_request(request))
    return Answer(response.body, response.content_type, response.status)
