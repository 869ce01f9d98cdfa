"""Setting up how a tenant telephones; apart from `service`, so that placing a call does not import all of webhooks."""

from dataclasses import replace

from tandem.aws.table import TransactionCancelled
from tandem.config import settings
from tandem.errors import Conflict, NotFound
from tandem.tenants import store
from tandem.tenants.models import PhoneService
from tandem.tenants.shapes import PhoneServiceRequest, PhoneServiceView
from tandem.webhooks import service as webhooks


def configure(tenant_id: str, request: PhoneServiceRequest) -> PhoneServiceView:
    """Change a tenant's phone service. Raises Conflict when the number belongs to another tenant, Invalid about a
    webhook URL that cannot be used."""
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


def get(tenant_id: str) -> PhoneServiceView:
    """A tenant's phone service. Raises NotFound where there is none yet."""
    found = store.get_phone_service(tenant_id)
    if found is None:
        raise NotFound("The phone service is not configured yet.")
    return _view(found, None)


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
