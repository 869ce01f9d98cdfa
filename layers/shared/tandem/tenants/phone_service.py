"""Setting up how a tenant telephones; apart from `service`, so that placing a call does not import all of webhooks."""

from dataclasses import replace

from tandem.aws import table
from tandem.aws.table import TransactionCancelled
from tandem.carriers.registry import NAMES
from tandem.config import settings
from tandem.errors import Conflict, Invalid, NotFound, Unavailable
from tandem.tenants import store
from tandem.tenants.models import PhoneService
from tandem.tenants.shapes import PhoneServiceRequest, PhoneServiceView
from tandem.webhooks import service as webhooks


def configure(tenant_id: str, request: PhoneServiceRequest) -> PhoneServiceView:
    """Change a tenant's phone service. Raises Conflict when the number belongs to another tenant, Invalid about a
    webhook URL that cannot be used or a carrier that was never named."""
    if url := request.wanted_webhook_url():
        webhooks.check_url(url, "webhookUrl")
    after = _stored(tenant_id, request)
    if not url and not request.clears_webhook():
        return _view(after, webhooks.phone_service_url(tenant_id), None)
    secret = webhooks.set_phone_service_endpoint(tenant_id, url)
    return _view(after, url, secret)


def get(tenant_id: str) -> PhoneServiceView:
    """A tenant's phone service. Raises NotFound where there is none yet."""
    found = store.get_phone_service(tenant_id)
    if found is None:
        raise NotFound("The phone service is not configured yet.")
    return _view(found, webhooks.phone_service_url(tenant_id), None)


def _stored(tenant_id: str, request: PhoneServiceRequest) -> PhoneService:
    """The phone service with what the request changes, written against whoever else changes it."""
    for _ in table.tries():
        before = store.get_phone_service(tenant_id)
        after = _changed(before or PhoneService(tenant_id, settings().default_carrier), request)
        if not after.carrier:
            missing = {"field": "carrier", "message": f"one of {', '.join(NAMES)}"}
            raise Invalid("Name the carrier: this installation has none by default.", fields=[missing])
        try:
            store.replace_phone_service(before, after)
        except store.NumberTaken as taken:
            raise Conflict(f"The number {after.phone_number} belongs to another workspace.") from taken
        except TransactionCancelled:
            continue  # someone else changed it meanwhile: read it again
        return after
    raise Unavailable("The phone service is being changed by many at once. Try again shortly.", retry_after=1)


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
    return replace(service, **changes)


def _view(service: PhoneService, webhook_url: str | None, secret: str | None) -> PhoneServiceView:
    return PhoneServiceView(
        phone_number=service.phone_number,
        carrier=service.carrier,
        recording_enabled=service.recording_enabled,
        transcription_enabled=service.transcription_enabled,
        default_country_code=service.default_country_code,
        webhook_url=webhook_url,
        webhook_secret=secret,
    )
