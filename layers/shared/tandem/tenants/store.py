"""Tenants in the table: `TENANT#<t>` / `TENANT` and `PHONE_SERVICE`; who owns a number: `NUMBER#<e164>`."""

from collections.abc import Sequence

from tandem import clock
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Item, Put, TransactionCancelled, Write
from tandem.tenants.models import PhoneService, Tenant


def tenant_key(tenant_id: str) -> tuple[str, str]:
    """The key of a tenant."""
    return f"TENANT#{tenant_id}", "TENANT"


def phone_service_key(tenant_id: str) -> tuple[str, str]:
    """The key of a tenant's phone service."""
    return f"TENANT#{tenant_id}", "PHONE_SERVICE"


def insert(tenant: Tenant) -> None:
    """Store a new tenant."""
    creation = creating(tenant)
    table.put(creation.item, condition=creation.condition)


def creating(tenant: Tenant) -> Put:
    """The write of a new tenant."""
    pk, sk = tenant_key(tenant.tenant_id)
    item = {"pk": pk, "sk": sk, "kind": "tenant", "tenant_id": tenant.tenant_id, "name": tenant.name}
    return Put(item | {"plan": tenant.plan, "created_at": clock.iso(clock.now())}, condition=Absent)


def renaming(tenant_id: str, name: str) -> Write:
    """The write of a tenant's other name."""
    return table.Update(*tenant_key(tenant_id), set={"name": name}, condition=table.Present)


def find_tenants(tenant_ids: Sequence[str]) -> list[Tenant | None]:
    """These tenants, at most 100, in the order asked."""
    found = table.get_many([tenant_key(tenant_id) for tenant_id in tenant_ids]) if tenant_ids else []
    return [_tenant(item) for item in found]


def get_tenant(tenant_id: str) -> Tenant | None:
    """One tenant, or None."""
    return _tenant(table.get(*tenant_key(tenant_id)))


def _tenant(item: Item | None) -> Tenant | None:
    return Tenant(item["tenant_id"], item["name"], item["plan"]) if item else None


def get_phone_service(tenant_id: str) -> PhoneService | None:
    """A tenant's phone service, or None where it was never configured."""
    return phone_service(tenant_id, table.get(*phone_service_key(tenant_id)))


def phone_service(tenant_id: str, item: Item | None) -> PhoneService | None:
    """The phone service of an item."""
    if item is None:
        return None
    return PhoneService(
        tenant_id=tenant_id,
        carrier=item["carrier"],
        phone_number=item.get("phone_number"),
        recording_enabled=item["recording_enabled"],
        transcription_enabled=item["transcription_enabled"],
        default_country_code=item.get("default_country_code"),
        version=item["version"],
    )


class NumberTaken(Exception):
    """The number belongs to another tenant."""


def replace_phone_service(before: PhoneService | None, after: PhoneService) -> None:
    """Store a phone service and the ownership of its number, in one transaction, if it is still as it was read. Raises
    NumberTaken, and TransactionCancelled when it was changed meanwhile."""
    configuration, owning = _configuration(before, after), _owning(after)
    released = before.phone_number if before else None
    try:
        table.transact([*owning, configuration, *_releasing(after, released)])
    except TransactionCancelled as cancelled:
        if owning and cancelled.failed[0] is not None:
            raise NumberTaken from cancelled
        raise


def _configuration(before: PhoneService | None, service: PhoneService) -> Put:
    pk, sk = phone_service_key(service.tenant_id)
    version = before.version if before else 0
    return Put(
        {
            "pk": pk,
            "sk": sk,
            "kind": "phone_service",
            "carrier": service.carrier,
            "phone_number": service.phone_number,
            "recording_enabled": service.recording_enabled,
            "transcription_enabled": service.transcription_enabled,
            "default_country_code": service.default_country_code,
            "version": version + 1,
            "updated_at": clock.iso(clock.now()),
        },
        Attr("version").eq(version) if before else Absent,
    )


def number_owner(phone_number: str) -> tuple[str, str] | None:
    """The tenant and carrier that a number belongs to, or None."""
    item = table.get(_number_pk(phone_number), "NUMBER")
    return (item["tenant_id"], item["carrier"]) if item else None


def _owning(service: PhoneService) -> list[Write]:
    if service.phone_number is None:
        return []
    owner = {"tenant_id": service.tenant_id, "carrier": service.carrier}
    item = {"pk": _number_pk(service.phone_number), "sk": "NUMBER", "kind": "number", **owner}
    return [Put(item, Absent | Attr("tenant_id").eq(service.tenant_id))]


def _releasing(service: PhoneService, number: str | None) -> list[Write]:
    if number is None or number == service.phone_number:
        return []
    return [table.Delete(_number_pk(number), "NUMBER", Absent | Attr("tenant_id").eq(service.tenant_id))]


def _number_pk(phone_number: str) -> str:
    return f"NUMBER#{phone_number}"


def set_open_tenant(tenant_id: str) -> None:
    """Local stage only: the tenant that calls without a credential belong to."""
    table.put({"pk": "TENANT#open", "sk": "TENANT", "kind": "open_tenant", "tenant_id": tenant_id})


def open_tenant() -> str | None:
    """Local stage only: the tenant of calls without a credential."""
    item = table.get("TENANT#open", "TENANT")
    return item["tenant_id"] if item else None
