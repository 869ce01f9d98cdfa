"""PATCH /api/telephony/ivr/{menu_id} — change a menu."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuChange, MenuView


@endpoint("PATCH", "/api/telephony/ivr/{menu_id}", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, menu_id: str, body: MenuChange) -> MenuView:
    """Change what is given; the rest stays. `options` are given whole."""
    return ivr.update(caller.tenant_id, menu_id, body)
