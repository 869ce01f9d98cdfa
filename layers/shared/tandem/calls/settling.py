"""Settling calls that have gone silent: their carrier is asked, and what cannot be told is closed one day."""

from dataclasses import replace
from datetime import datetime, timedelta

from tandem.calls import changes, lifecycle, store
from tandem.calls.models import Call, RecordingState
from tandem.calls.recording import change_recording, recording_erased
from tandem.carriers.analysis import Converses
from tandem.carriers.base import Carrier, CarrierEvent, Finding, Found, Happened, Outcome
from tandem.carriers.registry import carrier
from tandem.errors import Unavailable
from tandem.observability import count, logger
from tandem.reports.hearing import hear_told
from tandem.sweeping import each

GIVE_UP_DIAL = timedelta(minutes=15)
"""After this a dial of which nothing was ever heard, from a carrier that cannot be asked, is taken as failed."""

GIVE_UP_CALL = timedelta(hours=12)
"""After this a call whose end was never told is taken as over."""

GIVE_UP_RECORDING = timedelta(hours=24)
"""After this a recording that could not be fetched, however often it was asked for, is taken as lost."""

_ACTOR = "schedule:settle"


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
    adapter: Carrier | None = None
    try:
        adapter = carrier(call.carrier)
        found = adapter.find(call.sought)
    except Exception:  # whatever is wrong with the carrier or its account, the call must end one day
        logger().exception("the carrier could not be asked", call_id=call.call_id, carrier=call.carrier)
        count("CarrierNotAsked")
        found = Found(Finding.CANNOT_TELL)
    if found.finding == Finding.PLACED:
        placed = CarrierEvent(Happened.STARTED, found.carrier_call_id or "", moment)
        over = any(event.happened == Happened.ENDED for event in found.events)
        if over and isinstance(adapter, Converses) and not _words_heard(adapter, call, found.carrier_call_id, moment):
            return call
        return changes.merge_events(call, [placed, *found.events], actor=f"carrier:{call.carrier}")
    if found.finding == Finding.NOT_PLACED and call.carrier_call_id is None:
        cause = "the dial never reached the carrier"
        never = CarrierEvent(Happened.ENDED, "", moment, outcome=Outcome.PLATFORM_ERROR, cause=cause)
        return changes.merge_events(call, [never], actor=_ACTOR)
    return call


def _words_heard(adapter: Converses, call: Call, carrier_call_id: str | None, moment: datetime) -> bool:
    """Take down what was said in a call that is over; before the end itself, since nobody asks about it after that.
    False where that cannot be had now: then the end is heard of later, though not for ever."""
    try:
        told = adapter.conversation(replace(call.sought, carrier_call_id=carrier_call_id))
    except Unavailable:
        return moment - call.created_at >= GIVE_UP_CALL
    hear_told(call.carrier, replace(told, events=()))
    return True


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
