"""POST /api/v1/customers — make a customer."""

from tandem.customers.models import CustomerRequest, CustomerView
from tandem.customers.service import create_customer
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint("POST", "/api/v1/customers", platform, guard=key_or_session("write:customers"), status=201)
def handler(caller: Caller, body: CustomerRequest) -> CustomerView:
    """Make a customer. A telephone number belongs to one customer: a second one with it is a conflict (409)."""
    return create_customer(caller.tenant_id, body, customer_id=caller.new_id, actor=caller.actor)
