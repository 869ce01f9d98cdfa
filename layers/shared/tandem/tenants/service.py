"""What we do with tenants: make one, and set up how it telephones."""

from dataclasses import replace

from tandem.aws.table import Item, TransactionCancelled
from tandem.config import settings
from tandem.errors import Conflict, NotFound
from tandem.ids import new_id
from tandem.tenants import store
from tandem.tenants.models import PhoneService, PhoneServiceRequest, PhoneServiceView, Tenant


def create_tenant(name: str, plan: str = "starter") -> Tenant:
    """Make a workspace."""
    tenant = Tenant(new_id(), name, plan)
    store.insert(tenant)
    return tenant


def configure_phone_service(tenant_id: str, request: PhoneServiceRequest) -> PhoneServiceView:
    """Change a tenant's phone service. Raises Conflict when the number belongs to another tenant, Invalid about a
    webhook URL that cannot be used."""
    from tandem.webhooks import service as webhooks  # here: whoever places calls need not import all of webhooks

    if url := request.wanted_webhook_url():
        webhooks.check_url(url, "webhookUrl")
    before = store.get_phone_service(tenant_id)
    after = _changed(before or PhoneService(tenant_id, settings().default_carrier or "sandbox"), request)
    try:
        store.replace_phone_service(after, before.phone_number if before else None)
    except TransactionCancelled as cancelled:
        raise Conflict(f"The number {after.phone_number} belongs to another workspace.") from cancelled
    secret = None
    if url or request.clears_webhook():  # also when it stands there already: its endpoint may have failed then
        _, secret = webhooks.set_phone_service_endpoint(tenant_id, after.webhook_url)
    return _view(after, secret)


def get_phone_service(tenant_id: str) -> PhoneServiceView:
    """A tenant's phone service. Raises NotFound where there is none yet."""
    found = store.get_phone_service(tenant_id)
    if found is None:
        raise NotFound("The phone service is not configured yet.")
    return _view(found, None)


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


def _changed(service: PhoneService, request: PhoneServiceRequest) -> PhoneService:
    given = request.model_fields_set & {
        "phone_number",
        "carrier",
        "recording_enabled",
        "transcription_enabled",
        "default_country_code",
    }
    changes = {name: getattr(request, name) for name in given}
    for name in ("carrier", "recording_enabled", "transcription_enabled"):
        if changes.get(name, ...) is None:
            del changes[name]  # null leaves what cannot be without a value
    url = request.wanted_webhook_url()
    if url or request.clears_webhook():
        changes["webhook_url"] = url
    return replace(service, **changes)


def _view(service: PhoneService, secret: str | None) -> PhoneServiceView:
    return PhoneServiceView(
        phone_number=service.phone_number,
        carrier=service.carrier,
        recording_enabled=service.recording_enabled,
        transcription_enabled=service.transcription_enabled,
        default_country_code=service.default_country_code,
        webhook_url=service.webhook_url,
        webhook_secret=secret,
    )
