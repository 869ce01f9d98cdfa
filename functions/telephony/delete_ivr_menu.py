"""DELETE /api/telephony/ivr/{menu_id} — delete a menu."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuDeleted


@endpoint("DELETE", "/api/telephony/ivr/{menu_id}", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, menu_id: str) -> MenuDeleted:
    """Delete a menu to which no other menu leads, and no routing that somebody set."""
    return ivr.delete(caller.tenant_id, menu_id)
