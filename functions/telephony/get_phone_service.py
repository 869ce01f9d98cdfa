"""GET /api/telephony/configure — how a tenant telephones."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.tenants import phone_service
from tandem.tenants.shapes import PhoneServiceView


@endpoint("GET", "/api/telephony/configure", telephony, guard=key_or_session("read:telephony"))
def handler(caller: Caller) -> PhoneServiceView:
    """The phone service as configured, without the webhook's secret."""
    return phone_service.get(caller.tenant_id)
