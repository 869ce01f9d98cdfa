"""Calls looked up: by their id, by what carriers call them, by what they are."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from tandem.address import api_url
from tandem.aws.table import Item
from tandem.calls import history, store
from tandem.calls.models import Call, CallFilter, CallView
from tandem.calls.views import view
from tandem.errors import NotFound


def get_call(tenant_id: str, call_id: str) -> Call:
    """One call of a tenant. Raises NotFound."""
    call = store.get(tenant_id, call_id) if _is_id(call_id) else None  # a key of any text may be too long to ask for
    if call is None:
        raise NotFound("No such call.")
    return call


def made_between(tenant_id: str, start: datetime, end: datetime) -> Iterator[Call]:
    """The calls of a tenant made in [start, end), oldest first, as they stand now."""
    return store.made_between(tenant_id, start, end)


def from_item(item: Item) -> Call:
    """The call of an item, such as the table's stream brings."""
    return store.from_item(item)


def get_calls(tenant_id: str, call_ids: Sequence[str]) -> list[Call]:
    """Those of these calls of a tenant that there are, at most 100, in the order asked."""
    return store.get_many(tenant_id, call_ids)


def show_call(tenant_id: str, call_id: str) -> CallView:
    """One call of a tenant as it is shown. Raises NotFound."""
    return view(get_call(tenant_id, call_id), api_url())


def list_calls(
    tenant_id: str, wanted: CallFilter, *, page: int, limit: int, cursor: str | None = None
) -> tuple[list[CallView], int, str | None]:
    """A page of the calls that match, newest first, how many there are, and the cursor of the next page."""
    found = history.find(tenant_id, wanted, offset=(page - 1) * limit, limit=limit, cursor=cursor)
    return [view(call, api_url()) for call in found.calls], found.total, found.cursor


def find_calls(
    tenant_id: str, wanted: CallFilter, *, task_id: str | None, limit: int, offset: int
) -> tuple[list[Call], int]:
    """A span of the calls that match, newest first, and how many there are; with `task_id` of those for this task."""
    if task_id is None:
        found = history.find(tenant_id, wanted, offset=offset, limit=limit)
        return found.calls, found.total
    calls = [call for call in store.calls_of_task(tenant_id, task_id) if wanted.takes(call)] if _is_id(task_id) else []
    return calls[offset : offset + limit], len(calls)


def find_call(carrier_name: str, reference: str | None, carrier_call_id: str) -> Call | None:
    """The call that a carrier speaks of: by our reference, else by the carrier's id; only if this carrier bears it."""
    known = _reference(reference) or store.find_session(carrier_name, carrier_call_id)
    call = store.get(*known) if known else None
    return call if call and call.carrier == carrier_name else None


def _reference(text: str | None) -> tuple[str, str] | None:
    tenant_id, dot, call_id = (text or "").partition(".")
    return (tenant_id, call_id) if dot and _is_id(tenant_id) and _is_id(call_id) else None


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
