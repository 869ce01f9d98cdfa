"""Setting up how a tenant telephones; apart from `service`, so that placing a call does not import all of webhooks."""

from dataclasses import replace

from tandem.aws.table import TransactionCancelled
from tandem.carriers.registry import NAMES
from tandem.config import settings
from tandem.errors import Conflict, Invalid, NotFound, Unavailable
from tandem.tenants import store
from tandem.tenants.models import PhoneService
from tandem.tenants.shapes import PhoneServiceRequest, PhoneServiceView
from tandem.webhooks import service as webhooks

ATTEMPTS = 4
"""Tries of a change that another one was quicker than."""


def configure(tenant_id: str, request: PhoneServiceRequest) -> PhoneServiceView:
    """Change a tenant's phone service. Raises Conflict when the number belongs to another tenant, Invalid about a
    webhook URL that cannot be used or a carrier that was never named."""
    if url := request.wanted_webhook_url():
        webhooks.check_url(url, "webhookUrl")
    after = _stored(tenant_id, request)
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


def _stored(tenant_id: str, request: PhoneServiceRequest) -> PhoneService:
    """The phone service with what the request changes, written against whoever else changes it."""
    for _ in range(ATTEMPTS):
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
