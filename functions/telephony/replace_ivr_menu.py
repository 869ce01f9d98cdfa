"""PUT /api/telephony/ivr/{menu_id} — make a menu anew."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuRequest, MenuView


@endpoint("PUT", "/api/telephony/ivr/{menu_id}", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, menu_id: str, body: MenuRequest) -> MenuView:
    """The whole menu anew: what is left out is its default. Callers in it meet the new one at their next key."""
    return ivr.replace_menu(caller.tenant_id, menu_id, body)
