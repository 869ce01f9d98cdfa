"""POST /api/telephony/configure — set up how a tenant telephones."""

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.tenants import phone_service
from tandem.tenants.shapes import PhoneServiceRequest, PhoneServiceView


@endpoint("POST", "/api/telephony/configure", telephony, guard=key_or_session("write:telephony"))
def handler(caller: Caller, body: PhoneServiceRequest) -> PhoneServiceView:
    """Change the phone service; what is left out stays. The webhook's secret is shown when its URL is first set."""
    return phone_service.configure(caller.tenant_id, body)
