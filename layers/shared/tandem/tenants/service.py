"""What we do with tenants: make one, and know how it telephones."""

from collections.abc import Sequence
from dataclasses import replace

from tandem.aws.table import Item, Write
from tandem.config import settings
from tandem.errors import Conflict, NotFound
from tandem.ids import new_id
from tandem.tenants import store
from tandem.tenants.models import PhoneService, Tenant


def create_tenant(name: str, plan: str = "starter") -> Tenant:
    """Make a workspace."""
    tenant = Tenant(new_id(), name, plan)
    store.insert(tenant)
    return tenant


def creation(name: str, plan: str = "starter") -> tuple[Tenant, Write]:
    """A new workspace and the write that makes it, for a transaction with its owner."""
    tenant = Tenant(new_id(), name, plan)
    return tenant, store.creating(tenant)


def renaming(tenant_id: str, name: str) -> Write:
    """The write that gives a workspace another name."""
    return store.renaming(tenant_id, name)


def find_tenants(tenant_ids: Sequence[str]) -> list[Tenant | None]:
    """These workspaces in the order asked, at most 100."""
    return store.find_tenants(tenant_ids)


def phone_service_key(tenant_id: str) -> tuple[str, str]:
    """What to read to know how a tenant telephones."""
    return store.phone_service_key(tenant_id)


def phone_service_of(tenant_id: str, item: Item | None, *, test: bool) -> PhoneService:
    """How a call of this tenant is placed: test calls by the sandbox, others as configured. Raises Conflict."""
    configured = store.phone_service(tenant_id, item)
    if configured is None and not test and not settings().default_carrier:
        raise Conflict("Configure the phone service first: POST /api/telephony/configure.")
    service = configured or PhoneService(tenant_id, settings().default_carrier)
    return replace(service, carrier="sandbox") if test else service


def number_owner(phone_number: str) -> tuple[str, str] | None:
    """The tenant and the carrier of one of our numbers, or None."""
    return store.number_owner(phone_number)


def get_tenant(tenant_id: str) -> Tenant:
    """One tenant. Raises NotFound."""
    tenant = store.get_tenant(tenant_id)
    if tenant is None:
        raise NotFound("No such workspace.")
    return tenant


def open_tenant() -> str:
    """The tenant of calls without a credential, in the local stage. Raises NotFound where there is none."""
    tenant_id = store.open_tenant() if settings().is_local else None
    if tenant_id is None:
        raise NotFound("No workspace is open to calls without a credential.")
    return tenant_id
