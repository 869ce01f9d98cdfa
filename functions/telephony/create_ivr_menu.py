"""POST /api/telephony/ivr — make a menu that callers walk by keys."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuRequest, MenuView


@endpoint("POST", "/api/telephony/ivr", telephony, guard=key_or_session("write:telephony"), status=201)
def handler(caller: Caller, body: MenuRequest) -> MenuView:
    """Make a menu. The first one takes the workspace's incoming calls, until the routing says otherwise."""
    return ivr.create(caller.tenant_id, caller.new_id, body)
