"""POST /voice/events — Africa's Talking tells what happened to a call."""

from tandem.calls.instructing import hear_request
from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import africas_talking
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request


@endpoint(
    "POST",
    "/voice/events",
    africas_talking,
    guard=from_carrier("africas_talking"),
    also=["/api/voice/events"],
    media_type="text/html",
)
def handler(request: Request) -> Answer:
    """`OK`, whatever was told; what is not understood has no effect."""
    hear_request("africas_talking", carrier_request(request))
    return Answer("OK", "text/html; charset=utf-8")
