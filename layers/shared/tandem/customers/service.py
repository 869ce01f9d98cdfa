"""Customers, as calls need them: found by telephone, or made."""

from datetime import datetime

from tandem.aws.table import Put
from tandem.customers import store


def keys(tenant_id: str, customer_id: str | None, phone: str) -> list[tuple[str, str]]:
    """What to read to know the customer of a call: by telephone and, where given, by id."""
    by_id = [store.key(tenant_id, customer_id)] if customer_id else []
    return [store.phone_key(tenant_id, phone), *by_id]


def registering(tenant_id: str, customer_id: str, phone: str, moment: datetime) -> list[Put]:
    """The writes that make a customer of a telephone number that has none."""
    return store.insertions(tenant_id, customer_id, phone, moment)
