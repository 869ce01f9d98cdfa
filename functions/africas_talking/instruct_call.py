"""POST /voice/instruct — Africa's Talking asks what a caller shall hear and do next."""

from tandem.calls.instructing import instruct
from tandem.entry import endpoint, from_carrier
from tandem.entry.answer import Answer
from tandem.entry.dialects import africas_talking
from tandem.entry.guards import carrier_request
from tandem.entry.request import Request


@endpoint(
    "POST",
    "/voice/instruct",
    africas_talking,
    guard=from_carrier("africas_talking"),
    also=["/api/voice/instruct"],
    media_type="text/plain",
)
def handler(request: Request) -> Answer:
    """An XML document of instructions, as text/plain; the events that the question carries are taken down first."""
    response = instruct("africas_talking", carrier_request(request))
    return Answer(response.body, response.content_type, response.status)
