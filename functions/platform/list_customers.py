"""GET /api/v1/customers — the customers of a tenant, searched and filtered, page by page."""

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from tandem.customers.models import CustomerFilter, CustomerStatus, CustomerView, TagList, Tier
from tandem.customers.service import list_customers
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import platform
from tandem.entry.pages import Listed, PageLimit, PageNumber


@endpoint("GET", "/api/v1/customers", platform, guard=key_or_session("read:customers"))
def handler(
    caller: Caller,
    search: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    tier: Tier | None = None,
    status: CustomerStatus | None = None,
    tags: TagList | None = None,
    more_tags: Annotated[TagList | None, Query(alias="tags[]")] = None,
    page: PageNumber = 1,
    limit: PageLimit = 20,
) -> Listed[CustomerView]:
    """Customers, newest first. `search`: each word must begin a word of name, email, phone or company. `tags`: all
    of them, separated by commas or one by one."""
    wanted = CustomerFilter.of(search, tier, status, tags, more_tags)
    return Listed(*list_customers(caller.tenant_id, wanted, page=page, limit=limit), page, limit)
