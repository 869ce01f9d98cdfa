"""Usage of the API: noted with every answer to a key, summed up by month for who asks."""

from collections import defaultdict

from tandem import clock
from tandem.aws.marshal import Item
from tandem.errors import Unavailable
from tandem.observability import count, logger
from tandem.usage import store
from tandem.usage.models import Usage, counters, months


def record(tenant_id: str, key_id: str, route: str, status: int, milliseconds: float) -> None:
    """Note one answered request. Where that fails the answer stands, and one request is missing from the statistics."""
    try:
        store.add(tenant_id, key_id, clock.now(), counters(route, status, milliseconds))
    except Unavailable:
        logger().warning("a request is missing from the usage statistics")
        count("UsageLost")


def month_of(tenant_id: str, month: str | None = None) -> Usage:
    """A tenant's usage in a month, the present one by default."""
    month = month or this_month()
    return Usage.of(month, [item for _, item in store.of_months(tenant_id, month, month)])


def month_of_key(tenant_id: str, key_id: str, month: str | None = None) -> Usage:
    """A key's usage in a month, the present one by default."""
    month = month or this_month()
    item = store.of_key(tenant_id, key_id, month)
    return Usage.of(month, [item] if item else [])


def history(tenant_id: str, number: int) -> list[Usage]:
    """A tenant's usage in each of the last months, the present one first."""
    names = list(months(clock.now(), number))
    found: defaultdict[str, list[Item]] = defaultdict(list)
    for month, item in store.of_months(tenant_id, names[-1], names[0]):
        found[month].append(item)
    return [Usage.of(month, found[month]) for month in names]


def this_month() -> str:
    """The present UTC month."""
    return f"{clock.now():%Y-%m}"
