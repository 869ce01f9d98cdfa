"""Writing down what happened to a call: state, events and audit entry in one transaction, versioned."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

from tandem import clock
from tandem.address import api_url
from tandem.analytics import service as analytics
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.calls import lifecycle, store
from tandem.calls.models import Call, Status
from tandem.calls.views import view
from tandem.carriers.base import CarrierEvent
from tandem.conversations import voice
from tandem.errors import NotFound, Unavailable
from tandem.events import outbox
from tandem.events.models import RECORDING_FOUND, Event, envelope
from tandem.ids import new_id

UNTIL_ASKED = {
    Status.INITIATED: timedelta(minutes=5),
    Status.RINGING: timedelta(minutes=5),
    Status.ANSWERED: timedelta(hours=4),
}
"""How long a call may stay in a status before its carrier is asked."""

UNTIL_ASKED_FOR_WORDS = timedelta(minutes=10)
"""The same for a call that an AI agent talks on: what was said comes with its end, and is told once."""

UNDECIDED = timedelta(seconds=60)
"""How long an end that did not say how it ended waits for a late answer."""

UNTIL_FETCHED = timedelta(minutes=15)
"""How long a recording may be on its way: all attempts at fetching it take less, so the request for it was lost."""


def merge_events(call: Call, events: Sequence[CarrierEvent], *, actor: str) -> Call:
    """Merge a carrier's events into a call as it was read; the call as it is then."""
    return change(call, lambda present: reduce(lifecycle.merge, events, present), actor=actor, action="call.event")


def change(call: Call, rule: Callable[[Call], Call], *, actor: str, action: str) -> Call:
    """Apply a pure rule to a call and write the outcome with its events, against whatever else is being written.

    Nothing is written when the rule changes nothing.
    """
    for _ in table.tries():
        after = rule(call)
        if after == call:
            return call
        try:
            table.transact([store.change(call, after, _due_at(after)), *_consequences(call, after, actor, action)])
        except TransactionCancelled:
            call = reread(call)
            continue
        return replace(after, version=call.version + 1)
    raise Unavailable("This call is being changed by many at once. Try again shortly.", retry_after=1)


def reread(call: Call) -> Call:
    """The call as it stands now. Raises NotFound when it is gone."""
    found = store.get(call.tenant_id, call.call_id)
    if found is None:
        raise NotFound("No such call.")
    return found


def announcements(call: Call, types: Sequence[str], moment: datetime) -> list[Write]:
    """The outbox writes of events about a call as it is then."""
    if not types:
        return []
    data = view(call, api_url())
    return [
        outbox.insertion(Event(new_id(), call.tenant_id, name, moment, call.call_id, envelope(name, moment, data)))
        for name in types
    ]


def _consequences(before: Call, after: Call, actor: str, action: str) -> list[Write]:
    moment = clock.now()
    writes = announcements(after, lifecycle.events_between(before, after), moment)
    writes.append(audit.entry(after.tenant_id, actor, action, after.call_id, _differences(before, after)))
    writes += analytics.counting(before, after)
    if after.status.is_final and not before.status.is_final:
        writes += _end_of_conversation(after)
    if after.carrier_call_id and after.carrier_call_id != before.carrier_call_id:
        writes.append(store.session(after.carrier, after.carrier_call_id, after.tenant_id, after.call_id))
    return writes


def _end_of_conversation(call: Call) -> list[Write]:
    """The writes to a conversation whose newest call this is, and which so ends."""
    spoken = voice.get(call.tenant_id, call.conversation_id)
    if spoken is None or spoken.calls[0] != call.call_id:
        return []
    return voice.ended(spoken, "completed" if call.status == Status.COMPLETED else "failed")


def _differences(before: Call, after: Call) -> dict[str, Any]:
    names = ("status", "outcome", "dial", "cause", "recording_state", "notes", "tags", "rating")
    return {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }


def _due_at(call: Call) -> datetime | None:
    if call.status.is_final:
        return clock.now() + UNTIL_FETCHED if call.awaits_recording or call.erases_recording else None
    if call.ended_at:
        return clock.now() + UNDECIDED
    silent = UNTIL_ASKED[call.status]
    return clock.now() + (min(silent, UNTIL_ASKED_FOR_WORDS) if call.assistant_id else silent)


def look_again(call: Call) -> None:
    """Leave a call as it is and look at it again later."""
    try:
        table.update(store.change(call, call, _due_at(call)))
    except table.ConditionFailed:
        return  # something has happened to it meanwhile, which set the time anew


def ask_again_for_recording(call: Call) -> None:
    """Publish once more that the carrier has a recording of this call, and look at it again later."""
    again = announcements(call, [RECORDING_FOUND], clock.now())
    try:
        table.transact([store.change(call, call, _due_at(call)), *again])
    except TransactionCancelled:
        return  # it has been fetched meanwhile, or another sweep was quicker
