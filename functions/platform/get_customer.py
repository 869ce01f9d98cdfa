"""GET /api/v1/customers/{customer_id} — one customer."""

from tandem.customers.models import CustomerView
from tandem.customers.service import show_customer
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint("GET", "/api/v1/customers/{customer_id}", platform, guard=key_or_session("read:customers"))
def handler(caller: Caller, customer_id: str) -> CustomerView:
    """One customer."""
    return show_customer(caller.tenant_id, customer_id)
