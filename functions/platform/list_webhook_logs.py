"""GET /api/v1/webhooks/{webhook_id}/logs — what was sent to a webhook, and what became of it."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import PageLimit, PageNumber
from tandem.shapes import DayOrMoment
from tandem.webhooks.logs import list_logs
from tandem.webhooks.models import DeliveryFilter, Status
from tandem.webhooks.shapes import LogList


@endpoint("GET", "/api/v1/webhooks/{webhook_id}/logs", platform, guard=key_or_session("read:webhooks"))
def handler(
    caller: Caller,
    webhook_id: str,
    status: Status | None = None,
    event: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    start_date: Annotated[DayOrMoment | None, Query(alias="startDate")] = None,
    end_date: Annotated[DayOrMoment | None, Query(alias="endDate")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> LogList:
    """Deliveries of the last 30 days, by the time of the event and newest first. An end that is only a date includes
    that whole UTC day. The newest 10,000 of each status can be listed: dates lead to older ones."""
    wanted = DeliveryFilter.over(start_date, end_date, status=status, event_type=event)
    return list_logs(caller.tenant_id, webhook_id, wanted, page=page, limit=limit)
