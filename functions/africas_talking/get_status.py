"""GET /voice/ — whether the voice service is there."""

from tandem.entry import endpoint, public
from tandem.entry.dialects import africas_talking


@endpoint(
    "GET",
    "/voice/",
    africas_talking,
    guard=public(because="a published status page"),
    also=["/voice", "/api/voice/", "/api/voice"],
)
def handler() -> dict[str, str]:
    """`{"service": "voice", "status": "ready"}`."""
    return {"service": "voice", "status": "ready"}
