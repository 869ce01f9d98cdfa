"""Customers in the table: `TENANT#<t>` / `CUSTOMER#<id>`, found by telephone through `PHONE#<e164>`."""

import json
from dataclasses import asdict

from tandem import postings
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Delete, Item, Put, Write
from tandem.clock import iso, parse
from tandem.customers.models import Customer, Profile
from tandem.customers.terms import terms

INDEXED = "CUSTOMER"


def key(tenant_id: str, customer_id: str) -> tuple[str, str]:
    """The key of a customer."""
    return f"TENANT#{tenant_id}", f"CUSTOMER#{customer_id}"


def phone_key(tenant_id: str, phone: str) -> tuple[str, str]:
    """The key of who has this telephone number."""
    return f"TENANT#{tenant_id}", f"PHONE#{phone}"


def get(tenant_id: str, customer_id: str) -> Customer | None:
    """One customer, or None."""
    item = table.get(*key(tenant_id, customer_id))
    return from_item(item) if item else None


def get_many(tenant_id: str, customer_ids: list[str]) -> list[Customer]:
    """Those of the customers that are there, in this order."""
    items = table.get_many([key(tenant_id, each) for each in customer_ids]) if customer_ids else []
    return [from_item(item) for item in items if item]


def insertion(customer: Customer) -> list[Write]:
    """The writes of a new customer; they fail when the telephone number has one already."""
    found_by = postings.writes(customer.tenant_id, INDEXED, customer.customer_id, frozenset(), terms(customer))
    return [Put(_item(customer), Absent), *_phone_writes(None, customer), *found_by]


def change(before: Customer, after: Customer) -> list[Write]:
    """The writes of a changed customer, if it is still as it was read."""
    found_by = postings.writes(after.tenant_id, INDEXED, after.customer_id, terms(before), terms(after))
    unchanged = Attr("version").eq(before.version)
    return [Put(_item(after), unchanged), *_phone_writes(before, after), *found_by]


def deletion(customer: Customer) -> list[Write]:
    """The writes that remove a customer with all by which it is found, if it is still as it was read."""
    pk, sk = key(customer.tenant_id, customer.customer_id)
    found_by = postings.writes(customer.tenant_id, INDEXED, customer.customer_id, terms(customer), frozenset())
    return [Delete(pk, sk, Attr("version").eq(customer.version)), *_phone_writes(customer, None), *found_by]


def phone_taken_by(cancelled: table.TransactionCancelled, writes: list[Write]) -> str | None:
    """The id of the customer whose telephone number made a transaction fail, or None."""
    for write, item in zip(writes, cancelled.failed, strict=False):
        if isinstance(write, Put) and write.item["kind"] == "customer_phone" and item:
            return str(item["customer_id"])
    return None


def from_item(item: Item) -> Customer:
    """The customer of an item."""
    return Customer(
        tenant_id=item["pk"].partition("#")[2],
        customer_id=item["customer_id"],
        profile=Profile(**item["profile"]),
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        tier=item["tier"],
        status=item["status"],
        tags=item["tags"],
        custom_fields=json.loads(item["custom_fields"]),
        version=item["version"],
    )


def _item(customer: Customer) -> Item:
    pk, sk = key(customer.tenant_id, customer.customer_id)
    return {
        "pk": pk,
        "sk": sk,
        "kind": "customer",
        "customer_id": customer.customer_id,
        "profile": {name: value for name, value in asdict(customer.profile).items() if value is not None},
        "tier": customer.tier,
        "status": customer.status,
        "tags": customer.tags,
        # As text, since numbers in JSON are wider than the database's.
        "custom_fields": json.dumps(customer.custom_fields, ensure_ascii=False),
        "version": customer.version,
        "created_at": iso(customer.created_at),
        "updated_at": iso(customer.updated_at),
    }


def _phone_writes(before: Customer | None, after: Customer | None) -> list[Write]:
    old = before.profile.phone if before else None
    new = after.profile.phone if after else None
    writes: list[Write] = []
    if old and before and old != new:
        writes.append(Delete(*phone_key(before.tenant_id, old)))
    if new and after and new != old:
        pk, sk = phone_key(after.tenant_id, new)
        item = {"pk": pk, "sk": sk, "kind": "customer_phone", "customer_id": after.customer_id}
        writes.append(Put(item, Absent))
    return writes
