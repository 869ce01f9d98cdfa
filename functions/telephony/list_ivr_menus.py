"""GET /api/telephony/ivr — the menus of a tenant."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.entry.pages import Listed, PageLimit, PageNumber
from tandem.ivr import service as ivr
from tandem.ivr.shapes import MenuView


@endpoint("GET", "/api/telephony/ivr", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller, page: PageNumber = 1, limit: PageLimit = 20) -> Listed[MenuView]:
    """Menus, newest first."""
    return Listed(*ivr.list_menus(caller.tenant_id, page=page, limit=limit), page, limit)
