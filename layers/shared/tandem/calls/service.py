"""What we do with calls, besides placing them: hear what carriers tell, look them up."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from tandem import clock
from tandem.address import api_url
from tandem.agents.models import Agent
from tandem.aws.table import Item
from tandem.calls import changes, history, store
from tandem.calls.incoming import receive_call
from tandem.calls.models import (
    BrowserClient,
    Call,
    CallFilter,
    CallPlaced,
    CallRequest,
    CallView,
    Recording,
    RecordingState,
)
from tandem.calls.placing import dial_out
from tandem.calls.views import view
from tandem.carriers.base import CarrierEvent
from tandem.errors import NotFound
from tandem.observability import count, logger

__all__ = [
    "change_recording",
    "delete_recording",
    "find_call",
    "find_calls",
    "from_item",
    "get_call",
    "get_calls",
    "hear",
    "list_calls",
    "made_between",
    "place_call",
    "recording_erased",
    "show_call",
]


def place_call(tenant_id: str, request: CallRequest, *, call_id: str, actor: str, test: bool) -> CallPlaced:
    """Place an outbound call; see `dial_out`."""
    call, agent = dial_out(tenant_id, request, call_id=call_id, actor=actor, test=test)
    return CallPlaced(
        call_id=call.call_id,
        conversation_id=call.conversation_id,
        status=call.status.value,
        web_rtc=_browser(agent) if agent else None,
    )


def _browser(agent: Agent) -> BrowserClient | None:
    """Where the agent is reached, if it is by browser: a telephone is rung first."""
    until = agent.browser_until
    if until is None or agent.phone or not agent.in_browser(clock.now()):
        return None
    return BrowserClient(client_name=agent.client_name, expires_at=clock.iso(until))


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


def hear(carrier_name: str, events: Sequence[CarrierEvent]) -> Call | None:
    """Merge what a carrier tells at once of one call into it; the call as it is then. One that comes in is made if new.

    In any order and however often: the record ends the same. Of a call that is not ours, nothing is taken: None.
    """
    if not events:
        return None
    first = events[0]
    call = find_call(carrier_name, first.reference, first.carrier_call_id) or receive_call(carrier_name, first)
    if call is None:
        logger().info("an event of no call of ours", carrier=carrier_name, happened=events[0].happened.value)
        count("UnknownCarrierCall")
        return None
    return changes.merge_events(call, events, actor=f"carrier:{carrier_name}")


def change_recording(tenant_id: str, call_id: str, recording: Recording, *, actor: str) -> Call:
    """Write down what became of a recording that was being fetched; what is decided already stays, and so does the
    wish for another one that the carrier has told of meanwhile."""

    def decide(present: Call) -> Call:
        awaited = present.recording if present.awaits_recording else None
        return replace(present, recording=recording) if awaited and awaited.source == recording.source else present

    return changes.change(get_call(tenant_id, call_id), decide, actor=actor, action="call.recording")


def delete_recording(tenant_id: str, call_id: str, moment: datetime, *, actor: str) -> Call:
    """Take a call's recording for deleted from now on; its copies are still to be erased. Raises NotFound when there is
    none, or it was deleted before."""

    def decide(present: Call) -> Call:
        if present.recording is None or present.recording_state == RecordingState.DELETED:
            return present
        deleted = replace(present.recording, state=RecordingState.DELETED, deleted_at=moment, erasing=True)
        return replace(present, recording=deleted)

    call = changes.change(get_call(tenant_id, call_id), decide, actor=actor, action="call.recording.delete")
    if call.recording is None:
        raise NotFound("This call has no recording.")
    if call.recording.deleted_at != moment:
        raise NotFound("The recording was deleted before.")
    return call


def recording_erased(call: Call, *, actor: str) -> None:
    """Write down that no copy of a call's deleted recording is left that could be erased."""

    def decide(present: Call) -> Call:
        recording = present.recording
        return replace(present, recording=replace(recording, erasing=False)) if recording else present

    changes.change(call, decide, actor=actor, action="call.recording.erased")


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
