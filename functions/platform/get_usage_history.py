"""GET /api/v1/analytics/usage/history — how much the API was used in each of the last months."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.keys.plans import monthly_quota
from tandem.usage.service import history
from tandem.usage.shapes import UsageView


@endpoint("GET", "/api/v1/analytics/usage/history", platform, guard=key_or_session("read:analytics"))
def handler(caller: Caller, months: Annotated[int, Query(ge=1, le=24)] = 12) -> list[UsageView]:
    """So many months, the present one first; those without a request as well."""
    limit = monthly_quota(caller.tenant_id)
    return [UsageView.of(usage, limit) for usage in history(caller.tenant_id, months)]
