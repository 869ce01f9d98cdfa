"""What we do with calls, besides placing them: hear what carriers tell, look them up, settle those gone silent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tandem.address import api_url
from tandem.calls import changes, lifecycle, store
from tandem.calls.incoming import receive_call
from tandem.calls.models import Call, CallFilter, CallPlaced, CallRequest, CallView, Recording, RecordingState
from tandem.calls.placing import dial_out
from tandem.calls.views import view
from tandem.carriers.base import CarrierEvent, Finding, Happened, Outcome
from tandem.carriers.registry import carrier
from tandem.errors import NotFound
from tandem.observability import count, logger
from tandem.sweeping import each

__all__ = [
    "change_recording",
    "get_call",
    "hear",
    "list_calls",
    "place_call",
    "receive_call",
    "settle_silent",
    "show_call",
]

GIVE_UP_DIAL = timedelta(minutes=15)
"""After this a dial of which nothing was ever heard, from a carrier that cannot be asked, is taken as failed."""

GIVE_UP_CALL = timedelta(hours=12)
"""After this a call whose end was never told is taken as over."""


def place_call(tenant_id: str, request: CallRequest, *, call_id: str, actor: str, test: bool) -> CallPlaced:
    """Place an outbound call; see `dial_out`."""
    call = dial_out(tenant_id, request, call_id=call_id, actor=actor, test=test)
    return CallPlaced(call_id=call.call_id, conversation_id=call.conversation_id, status=call.status.value)


def get_call(tenant_id: str, call_id: str) -> Call:
    """One call of a tenant. Raises NotFound."""
    call = store.get(tenant_id, call_id) if _is_id(call_id) else None  # a key of any text may be too long to ask for
    if call is None:
        raise NotFound("No such call.")
    return call


def show_call(tenant_id: str, call_id: str) -> CallView:
    """One call of a tenant as it is shown. Raises NotFound."""
    return view(get_call(tenant_id, call_id), api_url())


def list_calls(tenant_id: str, wanted: CallFilter, *, page: int, limit: int) -> tuple[list[CallView], int]:
    """A page of the calls that match, newest first, and how many there are."""
    calls, total = store.page(tenant_id, wanted, offset=(page - 1) * limit, limit=limit)
    return [view(call, api_url()) for call in calls], total


def hear(carrier_name: str, events: Iterable[CarrierEvent]) -> list[Call]:
    """Merge what a carrier tells into the calls it tells of; the calls as they are then.

    In any order and however often: the record ends the same. Of a call that is not ours, nothing is taken.
    """
    heard: dict[str, list[CarrierEvent]] = {}
    calls: dict[str, Call] = {}
    for event in events:
        call = _find(carrier_name, event)
        if call is None:
            logger().info("an event of no call of ours", carrier=carrier_name, happened=event.happened.value)
            count("UnknownCarrierCall")
            continue
        calls[call.call_id] = call
        heard.setdefault(call.call_id, []).append(event)
    actor = f"carrier:{carrier_name}"
    return [changes.merge_events(calls[call_id], told, actor=actor) for call_id, told in heard.items()]


def change_recording(tenant_id: str, call_id: str, recording: Recording, *, actor: str) -> Call:
    """Write down what became of a recording that was being fetched; what is decided already stays."""

    def decide(present: Call) -> Call:
        pending = present.recording is not None and present.recording.state == RecordingState.PENDING
        return replace(present, recording=recording) if pending else present

    return changes.change(get_call(tenant_id, call_id), decide, actor=actor, action="call.recording")


def settle_silent(moment: datetime) -> int:
    """Ask carriers about calls that went silent, and close what cannot be told; how many that were.

    Nothing is ever dialled here.
    """
    return each(store.due(moment), lambda call: _settle(call, moment))


def _settle(call: Call, moment: datetime) -> None:
    actor = "schedule:settle"
    found = carrier(call.carrier).find(call.reference)
    if found.finding == Finding.PLACED and found.events:
        call = changes.merge_events(call, found.events, actor=f"carrier:{call.carrier}")
    elif found.finding == Finding.NOT_PLACED and call.carrier_call_id is None:
        never = _end(moment, Outcome.PLATFORM_ERROR, "the dial never reached the carrier")
        call = changes.merge_events(call, [never], actor=actor)
    if call.status.is_final:
        return
    age = moment - call.created_at
    if call.ended_at and moment - call.ended_at >= changes.UNDECIDED:
        changes.change(call, lifecycle.settle, actor=actor, action="call.settle")
    elif age >= GIVE_UP_CALL or (call.carrier_call_id is None and age >= GIVE_UP_DIAL):
        silent = _end(moment, Outcome.UNKNOWN, "the carrier never told how the call ended")
        changes.merge_events(call, [silent], actor=actor)
    else:
        changes.look_again(call)


def _end(moment: datetime, outcome: Outcome, cause: str) -> CarrierEvent:
    return CarrierEvent(Happened.ENDED, "", moment, outcome=outcome, cause=cause)


def _find(carrier_name: str, event: CarrierEvent) -> Call | None:
    """The call an event belongs to: by our reference, else by the carrier's id; only if this carrier bears it."""
    known = _reference(event.reference) or store.find_session(carrier_name, event.carrier_call_id)
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
