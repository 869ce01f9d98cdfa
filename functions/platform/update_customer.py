"""PATCH /api/v1/customers/{customer_id} — change a customer."""

from tandem.customers.models import CustomerChange, CustomerView
from tandem.customers.service import update_customer
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform


@endpoint(
    "PATCH",
    "/api/v1/customers/{customer_id}",
    platform,
    guard=key_or_session("write:customers"),
    also_methods=["PUT"],
)
def handler(caller: Caller, customer_id: str, body: CustomerChange) -> CustomerView:
    """Change what is named; what is left out stays, with PUT as with PATCH."""
    return update_customer(caller.tenant_id, customer_id, body, actor=caller.actor)
