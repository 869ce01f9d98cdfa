"""What we do with calls, besides placing them: hear what carriers tell, look them up, settle those gone silent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tandem import clock
from tandem.address import api_url
from tandem.agents.models import Agent
from tandem.aws.table import Item
from tandem.calls import changes, history, lifecycle, store
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
from tandem.carriers.base import CarrierEvent, Finding, Found, Happened, Outcome
from tandem.carriers.registry import carrier
from tandem.errors import NotFound
from tandem.observability import count, logger
from tandem.sweeping import each

__all__ = [
    "change_recording",
    "delete_recording",
    "find_call",
    "find_calls",
    "from_item",
    "get_call",
    "hear",
    "list_calls",
    "made_between",
    "place_call",
    "recording_erased",
    "settle_silent",
    "show_call",
]

GIVE_UP_DIAL = timedelta(minutes=15)
"""After this a dial of which nothing was ever heard, from a carrier that cannot be asked, is taken as failed."""

GIVE_UP_CALL = timedelta(hours=12)
"""After this a call whose end was never told is taken as over."""

GIVE_UP_RECORDING = timedelta(hours=24)
"""After this a recording that could not be fetched, however often it was asked for, is taken as lost."""

_ACTOR = "schedule:settle"


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


def find_calls(tenant_id: str, call_ids: Sequence[str]) -> list[Call]:
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


def settle_silent(moment: datetime) -> int:
    """Ask carriers about calls that went silent, close what cannot be told, and ask again for recordings that did not
    come; how many calls that were.

    Nothing is ever dialled here.
    """
    return each(store.due(moment), lambda call: _settle(call, moment))


def _settle(call: Call, moment: datetime) -> None:
    if call.status.is_final:
        _settle_recording(call, moment)
        return
    call = _asked(call, moment)
    if call.status.is_final:
        return
    age = moment - call.created_at
    if call.ended_at and moment - call.ended_at >= changes.UNDECIDED:
        changes.change(call, lifecycle.settle, actor=_ACTOR, action="call.settle")
    elif age >= GIVE_UP_CALL or (call.carrier_call_id is None and age >= GIVE_UP_DIAL):
        changes.change(call, lambda present: lifecycle.give_up(present, moment), actor=_ACTOR, action="call.settle")
    else:
        changes.look_again(call)


def _asked(call: Call, moment: datetime) -> Call:
    """The call with what its carrier says of it when asked. One that cannot be asked cannot tell."""
    try:
        found = carrier(call.carrier).find(call.sought)
    except Exception:  # whatever is wrong with the carrier or its account, the call must end one day
        logger().exception("the carrier could not be asked", call_id=call.call_id, carrier=call.carrier)
        count("CarrierNotAsked")
        found = Found(Finding.CANNOT_TELL)
    if found.finding == Finding.PLACED:
        placed = CarrierEvent(Happened.STARTED, found.carrier_call_id or "", moment)
        return changes.merge_events(call, [placed, *found.events], actor=f"carrier:{call.carrier}")
    if found.finding == Finding.NOT_PLACED and call.carrier_call_id is None:
        cause = "the dial never reached the carrier"
        never = CarrierEvent(Happened.ENDED, "", moment, outcome=Outcome.PLATFORM_ERROR, cause=cause)
        return changes.merge_events(call, [never], actor=_ACTOR)
    return call


def _settle_recording(call: Call, moment: datetime) -> None:
    if call.recording is None:
        return
    if call.erases_recording:
        if call.recording.deleted_at and moment - call.recording.deleted_at >= GIVE_UP_RECORDING:
            logger().error("a copy of a deleted recording may be left", call_id=call.call_id)
            count("RecordingNotErased")
            recording_erased(call, actor=_ACTOR)
        else:
            changes.ask_again_for_recording(call)
    elif not call.awaits_recording:
        return
    elif call.ended_at and moment - call.ended_at >= GIVE_UP_RECORDING:
        lost = replace(call.recording, state=RecordingState.FAILED)
        logger().error("recording given up", call_id=call.call_id)
        count("RecordingLost")
        change_recording(call.tenant_id, call.call_id, lost, actor=_ACTOR)
    else:
        changes.ask_again_for_recording(call)


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
