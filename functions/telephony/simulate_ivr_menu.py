"""POST /api/telephony/ivr/{menu_id}/simulate — what a caller would hear."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.ivr import service as ivr
from tandem.ivr.shapes import SimulationRequest, SimulationView


@endpoint("POST", "/api/telephony/ivr/{menu_id}/simulate", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller, menu_id: str, body: SimulationRequest) -> SimulationView:
    """A dry run: nobody is called, nothing is stored. Inputs after the menus' end are left over."""
    return ivr.try_out(caller.tenant_id, menu_id, body)
