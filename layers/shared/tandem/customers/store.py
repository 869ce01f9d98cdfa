"""Customers in the table: `TENANT#<t>` / `CUSTOMER#<id>`, found by telephone through `PHONE#<e164>`."""

from datetime import datetime

from tandem.aws.table import Absent, Put
from tandem.clock import iso


def key(tenant_id: str, customer_id: str) -> tuple[str, str]:
    """The key of a customer."""
    return f"TENANT#{tenant_id}", f"CUSTOMER#{customer_id}"


def phone_key(tenant_id: str, phone: str) -> tuple[str, str]:
    """The key of who has this telephone number."""
    return f"TENANT#{tenant_id}", f"PHONE#{phone}"


def insertions(tenant_id: str, customer_id: str, phone: str, moment: datetime) -> list[Put]:
    """The writes of a new customer known by telephone only; they fail when the number has one already."""
    pk, sk = key(tenant_id, customer_id)
    _, phone_sk = phone_key(tenant_id, phone)
    customer = {
        "pk": pk,
        "sk": sk,
        "kind": "customer",
        "customer_id": customer_id,
        "profile": {"phone": phone},
        "status": "active",
        "created_at": iso(moment),
        "updated_at": iso(moment),
    }
    by_phone = {"pk": pk, "sk": phone_sk, "kind": "customer_phone", "customer_id": customer_id}
    return [Put(customer, Absent), Put(by_phone, Absent)]
