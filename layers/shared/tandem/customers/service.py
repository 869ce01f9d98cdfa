"""Customers: made by hand or by their first call, found, changed, deleted."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from tandem import clock, postings
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import Check, Present, TransactionCancelled, Write
from tandem.customers import store
from tandem.customers.models import (
    LARGEST_CUSTOM_FIELDS,
    Customer,
    CustomerChange,
    CustomerFilter,
    CustomerRequest,
    CustomerView,
    Profile,
    ProfileView,
    json_size,
)
from tandem.customers.terms import searched, wanted_terms
from tandem.errors import Conflict, Invalid, NotFound, Unavailable
from tandem.events import outbox
from tandem.events.models import Event, envelope
from tandem.ids import is_id, new_id
from tandem.shapes import Deleted


def keys(tenant_id: str, customer_id: str | None, phone: str) -> list[tuple[str, str]]:
    """What to read to know the customer of a call: by telephone and, where given, by id."""
    by_id = [store.key(tenant_id, customer_id)] if customer_id else []
    return [store.phone_key(tenant_id, phone), *by_id]


def registering(tenant_id: str, customer_id: str, phone: str, moment: datetime) -> list[Write]:
    """The writes that make a customer of a telephone number that has none."""
    customer = Customer(tenant_id, customer_id, Profile(phone=phone), moment, moment)
    return [*store.insertion(customer), _announcement("customer.created", customer)]


def requiring(tenant_id: str, customer_id: str) -> Check:
    """The part of a transaction that fails when there is no such customer."""
    return Check(*store.key(tenant_id, customer_id), Present)


def create_customer(tenant_id: str, request: CustomerRequest, *, customer_id: str, actor: str) -> CustomerView:
    """Make a customer. Raises Conflict when the telephone number is another customer's."""
    moment = clock.now()
    customer = Customer(
        tenant_id=tenant_id,
        customer_id=customer_id,
        profile=Profile(**request.profile.model_dump()),
        created_at=moment,
        updated_at=moment,
        tier=request.tier,
        status=request.status,
        tags=request.tags,
        custom_fields=_without_nulls(request.custom_fields),
    )
    _require_somebody(customer.profile)
    told = [
        _announcement("customer.created", customer),
        audit.entry(tenant_id, actor, "customer.create", customer_id, {}),
    ]
    for _ in table.tries():
        if _written([*store.insertion(customer), *told]):
            return view(customer)
    raise _busy()


def list_customers(tenant_id: str, wanted: CustomerFilter, *, page: int, limit: int) -> tuple[list[CustomerView], int]:
    """A page of the customers that match, newest first, and how many there are."""
    beginnings = [f"word={word}" for word in searched(wanted.search)] if wanted.search is not None else []
    if wanted.search is not None and not beginnings:
        return [], 0  # nothing but punctuation was searched for
    ids, total = postings.page(
        tenant_id, store.INDEXED, wanted_terms(wanted), beginnings, offset=(page - 1) * limit, limit=limit
    )
    return [view(customer) for customer in store.get_many(tenant_id, ids)], total


def show_customer(tenant_id: str, customer_id: str) -> CustomerView:
    """One customer. Raises NotFound."""
    return view(_existing(tenant_id, customer_id))


def update_customer(tenant_id: str, customer_id: str, change: CustomerChange, *, actor: str) -> CustomerView:
    """Change what the request names. Raises NotFound; Conflict when the telephone number is another customer's."""
    for _ in table.tries():
        before = _existing(tenant_id, customer_id)
        after = _changed(before, change)
        if after == before:
            return view(before)
        after = replace(after, updated_at=clock.now(), version=before.version + 1)
        writes = [
            *store.change(before, after),
            _announcement("customer.updated", after),
            audit.entry(tenant_id, actor, "customer.update", customer_id, {"fields": sorted(change.model_fields_set)}),
        ]
        if _written(writes):
            return view(after)
    raise _busy()


def delete_customer(tenant_id: str, customer_id: str, *, actor: str) -> Deleted:
    """Remove a customer and all by which it is found; its calls and conversations stay. Raises NotFound."""
    for _ in table.tries():
        customer = _existing(tenant_id, customer_id)
        told = audit.entry(tenant_id, actor, "customer.delete", customer_id, {})
        if _written([*store.deletion(customer), told]):
            return Deleted(id=customer_id)
    raise _busy()


def view(customer: Customer) -> CustomerView:
    """A customer as it is shown."""
    return CustomerView(
        id=customer.customer_id,
        profile=ProfileView(**asdict(customer.profile)),
        tier=customer.tier,
        status=customer.status,
        tags=customer.tags,
        custom_fields=dict(customer.custom_fields),
        created_at=clock.iso(customer.created_at),
        updated_at=clock.iso(customer.updated_at),
    )


def _existing(tenant_id: str, customer_id: str) -> Customer:
    customer = store.get(tenant_id, customer_id) if is_id(customer_id) else None
    if customer is None:
        raise NotFound("No such customer.")
    return customer


def _written(writes: list[Write]) -> bool:
    """Whether the transaction happened. Raises Conflict when the telephone number is another customer's."""
    try:
        table.transact(writes)
    except TransactionCancelled as cancelled:
        if owner := store.phone_taken_by(cancelled, writes):
            raise Conflict(
                f"The customer {owner} has this telephone number already.",
                details={"customerId": owner, "field": "profile.phone"},
            ) from cancelled
        return False
    return True


def _changed(customer: Customer, change: CustomerChange) -> Customer:
    given = {name: getattr(change, name) for name in ("tier", "status", "tags")}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if change.profile is not None:
        changes["profile"] = replace(customer.profile, **change.profile.model_dump(exclude_unset=True))
        _require_somebody(changes["profile"])
    if change.custom_fields is not None:
        changes["custom_fields"] = _without_nulls({**customer.custom_fields, **change.custom_fields})
        if json_size(changes["custom_fields"]) > LARGEST_CUSTOM_FIELDS:
            problem = {"field": "customFields", "message": f"larger than {LARGEST_CUSTOM_FIELDS} bytes in all"}
            raise Invalid("The request is not valid: customFields.", fields=[problem])
    return replace(customer, **changes)


def _without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _require_somebody(profile: Profile) -> None:
    if profile.is_nobody:
        missing = {"field": "profile", "message": "needs a firstName, lastName, email, phone or company"}
        raise Invalid("The request is not valid: profile.", fields=[missing])


def _announcement(name: str, customer: Customer) -> Write:
    data = view(customer).model_dump(mode="json", by_alias=True)
    moment = customer.updated_at
    event = Event(new_id(), customer.tenant_id, name, moment, customer.customer_id, envelope(name, moment, data))
    return outbox.insertion(event)


def _busy() -> Unavailable:
    return Unavailable("This customer is being changed by many at once. Try again shortly.", retry_after=1)
