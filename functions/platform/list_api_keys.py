"""GET /api/tenant/api-keys — the API keys of a tenant, page by page."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.entry.pages import PageLimit, PageNumber
from tandem.keys.administration import list_keys
from tandem.keys.records import Environment
from tandem.keys.shapes import ApiKeyPage


@endpoint("GET", "/api/tenant/api-keys", platform, guard=session())
def handler(
    caller: Caller,
    environment: Environment | None = None,
    is_active: Annotated[bool | None, Query(alias="isActive")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> ApiKeyPage:
    """Keys without their secrets, the newest first. `isActive`: those that open something now, or those that do not."""
    found = list_keys(caller.tenant_id, environment, is_active=is_active, limit=limit, offset=(page - 1) * limit)
    return ApiKeyPage.of(*found, page=page, limit=limit)
