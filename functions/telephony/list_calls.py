"""GET /api/telephony/calls/history — the calls of a tenant, filtered, page by page."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.calls.lookup import list_calls
from tandem.calls.models import CallFilter, CallView, DirectionFilter, StatusFilter
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import telephony
from tandem.entry.pages import Cursor, ListedOn, PageLimit, PageNumber
from tandem.shapes import DayOrMoment, Name


@endpoint("GET", "/api/telephony/calls/history", telephony, guard=key_or_session("read:calls"))
def handler(
    caller: Caller,
    start_date: Annotated[DayOrMoment | None, Query(alias="startDate")] = None,
    end_date: Annotated[DayOrMoment | None, Query(alias="endDate")] = None,
    status: StatusFilter | None = None,
    direction: DirectionFilter | None = None,
    agent_id: Annotated[Name | None, Query(alias="agentId")] = None,
    customer_id: Annotated[Name | None, Query(alias="customerId")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
    cursor: Cursor = None,
) -> ListedOn[CallView]:
    """Calls, newest first. Dates are ISO 8601; an end that is only a date includes that whole UTC day. `nextCursor`,
    sent back as `cursor` with the same filters, leads on without gaps whatever happens meanwhile; `page` is then only
    repeated."""
    calls, total, next_cursor = list_calls(
        caller.tenant_id,
        CallFilter.over(
            start_date, end_date, status=status, direction=direction, agent_id=agent_id, customer_id=customer_id
        ),
        page=page,
        limit=limit,
        cursor=cursor,
    )
    return ListedOn(calls, total, page, limit, next_cursor)
