"""PATCH /api/telephony/calls/{call_id}/metadata — notes, tags and rating of a call."""

from tandem.calls.metadata import MetadataRequest, MetadataView, annotate
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony


@endpoint("PATCH", "/api/telephony/calls/{call_id}/metadata", telephony, guard=key_or_session("write:calls"))
def handler(caller: Caller, call_id: str, body: MetadataRequest) -> MetadataView:
    """Change what is sent; what is left out stays, and null clears."""
    return annotate(caller.tenant_id, call_id, body, actor=caller.actor)
