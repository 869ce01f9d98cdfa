"""POST /api/webhooks/telnyx/voice — Telnyx tells what happened to a call."""

from tandem.calls.telnyx import hand_over
from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import bare
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request


@endpoint("POST", "/api/webhooks/telnyx/voice", bare, guard=from_carrier("telnyx"))
def handler(request: Request) -> Answer:
    """`{"received": true}`, whatever was told; what follows from it is done behind a queue, a moment later."""
    hand_over(carrier_request(request))
    return Answer('{"received": true}', "application/json")
