"""DELETE /api/v1/customers/{customer_id} — remove a customer."""

from tandem.customers.service import delete_customer
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.shapes import Deleted


@endpoint("DELETE", "/api/v1/customers/{customer_id}", platform, guard=key_or_session("write:customers"))
def handler(caller: Caller, customer_id: str) -> Deleted:
    """Remove a customer. Calls and conversations stay; the next call from its telephone number makes a new customer."""
    return delete_customer(caller.tenant_id, customer_id, actor=caller.actor)
