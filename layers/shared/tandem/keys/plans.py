"""What a tenant's plan allows."""

from tandem.keys.models import MONTHLY_QUOTAS
from tandem.tenants import service as tenants


def monthly_quota(tenant_id: str) -> int:
    """Requests a month, -1 for any number."""
    return MONTHLY_QUOTAS[tenants.get_tenant(tenant_id).plan]
