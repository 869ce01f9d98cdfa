"""Tenants and their phone service. Pure."""

from tandem.records import record


@record
class Tenant:
    """A workspace: its calls, people and keys."""

    tenant_id: str
    name: str
    plan: str


@record
class PhoneService:
    """How a tenant telephones."""

    tenant_id: str
    carrier: str
    phone_number: str | None = None
    recording_enabled: bool = True
    transcription_enabled: bool = False
    default_country_code: str | None = None
    version: int = 0
    """Grows with every change; 0 where nothing was ever configured."""
