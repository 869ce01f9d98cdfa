"""POST /api/telephony/calls/incoming — a call comes in over the sandbox carrier, or goes on."""

from tandem.calls.sandbox_incoming import CallSteered, IncomingCall, steer_incoming
from tandem.entry import endpoint, from_carrier
from tandem.entry.dialects import telephony
from tandem.entry.request import Request


@endpoint("POST", "/api/telephony/calls/incoming", telephony, guard=from_carrier("sandbox"))
def handler(request: Request, body: IncomingCall) -> CallSteered:
    """What the caller hears and does next. Carriers with a protocol of their own ask at their own paths."""
    return steer_incoming(body, turn=request.query.get("turn"))
