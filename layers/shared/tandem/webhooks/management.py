"""Webhooks as their owners manage them: requests in, views out."""

from tandem.clock import iso
from tandem.shapes import Deleted
from tandem.webhooks import service
from tandem.webhooks.models import EndpointChange, NewEndpoint
from tandem.webhooks.shapes import NewWebhookView, RotatedSecretView, WebhookList, WebhookView, webhook_fields


def create_webhook(tenant_id: str, wanted: NewEndpoint, *, actor: str) -> NewWebhookView:
    """Register a webhook. Raises Invalid, Conflict."""
    endpoint = service.create_endpoint(tenant_id, wanted, actor=actor)
    return NewWebhookView(**webhook_fields(endpoint), secret=endpoint.secrets[0].value)


def list_webhooks(tenant_id: str, *, active: bool | None, page: int, limit: int) -> WebhookList:
    """A page of webhooks, newest first."""
    found = service.list_endpoints(tenant_id, active=active)
    shown = [WebhookView(**webhook_fields(each)) for each in found[(page - 1) * limit : page * limit]]
    return WebhookList(webhooks=shown, total=len(found), page=page, limit=limit, total_pages=-(-len(found) // limit))


def show_webhook(tenant_id: str, webhook_id: str) -> WebhookView:
    """One webhook. Raises NotFound."""
    return WebhookView(**webhook_fields(service.get_endpoint(tenant_id, webhook_id)))


def update_webhook(tenant_id: str, webhook_id: str, change: EndpointChange, *, actor: str) -> WebhookView:
    """Change a webhook. Raises NotFound, Invalid, Unavailable."""
    return WebhookView(**webhook_fields(service.update_endpoint(tenant_id, webhook_id, change, actor=actor)))


def set_active(tenant_id: str, webhook_id: str, *, active: bool, actor: str) -> WebhookView:
    """Pause or resume a webhook. Raises NotFound."""
    return WebhookView(**webhook_fields(service.set_active(tenant_id, webhook_id, active=active, actor=actor)))


def delete_webhook(tenant_id: str, webhook_id: str, *, actor: str) -> Deleted:
    """Remove a webhook. Raises NotFound."""
    service.delete_endpoint(tenant_id, webhook_id, actor=actor)
    return Deleted(id=webhook_id)


def rotate_secret(tenant_id: str, webhook_id: str, *, overlap_hours: int, actor: str) -> RotatedSecretView:
    """Give a webhook another signing secret. Raises NotFound, Conflict."""
    endpoint, until = service.rotate_secret(tenant_id, webhook_id, actor=actor, overlap_hours=overlap_hours)
    return RotatedSecretView(id=webhook_id, secret=endpoint.secrets[0].value, previous_secret_expires_at=iso(until))
