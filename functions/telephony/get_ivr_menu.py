"""GET /api/telephony/ivr/{menu_id} — one menu."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuView


@endpoint("GET", "/api/telephony/ivr/{menu_id}", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller, menu_id: str) -> MenuView:
    """One menu, as it stands now."""
    return ivr.show(caller.tenant_id, menu_id)
