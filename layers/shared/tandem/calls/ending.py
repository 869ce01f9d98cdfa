"""Calls that are ended over the API: at the carrier first, then on record, whatever the carrier tells of it later."""

from dataclasses import replace

from tandem import clock
from tandem.calls import changes, lifecycle
from tandem.calls.lookup import get_call
from tandem.calls.models import Call, CallClosed, Status
from tandem.carriers.base import CarrierEvent, Finding, Happened, Outcome
from tandem.carriers.registry import carrier
from tandem.errors import Conflict, Unavailable


def end_call(tenant_id: str, call_id: str, *, actor: str) -> CallClosed:
    """End a call: it is completed, whether anybody had answered yet or not. Raises NotFound; Conflict where it is over
    or its carrier cannot end it, Unavailable where the carrier does not know of it yet or does not answer."""

    def decide(call: Call) -> Call:
        return _closed(call, Status.COMPLETED, None if call.told_answered_at else Outcome.CANCELED)

    call = _hung_up(tenant_id, call_id)
    return _told(changes.change(call, decide, actor=actor, action="call.end"), "Call ended")


def cancel_call(tenant_id: str, call_id: str, *, actor: str) -> CallClosed:
    """Cancel a call: it has failed, whether anybody had answered yet or not. Raises what `end_call` raises."""

    def decide(call: Call) -> Call:
        return _closed(call, Status.FAILED, Outcome.CANCELED)

    call = _hung_up(tenant_id, call_id)
    return _told(changes.change(call, decide, actor=actor, action="call.cancel"), "Call canceled")


def _hung_up(tenant_id: str, call_id: str) -> Call:
    """A call that the carrier has been told to end."""
    call = get_call(tenant_id, call_id)
    if call.status.is_final:
        raise Conflict("The call is over.", details={"status": call.status.value})
    adapter = carrier(call.carrier)
    carrier_call_id = call.carrier_call_id
    if carrier_call_id is None:
        found = adapter.find(call.sought)
        carrier_call_id = found.carrier_call_id if found.finding == Finding.PLACED else None
    if carrier_call_id is None:
        raise Unavailable("The call is still being placed. Try again shortly.", retry_after=1)
    adapter.hang_up(carrier_call_id)
    return call


def _closed(call: Call, status: Status, outcome: Outcome | None) -> Call:
    if call.status.is_final:
        return call  # the carrier's word of its end was quicker
    ended = lifecycle.merge(call, CarrierEvent(Happened.ENDED, "", clock.now(), outcome=outcome))
    return replace(ended, closed_as=status)


def _told(call: Call, message: str) -> CallClosed:
    return CallClosed(call_id=call.call_id, status=call.status.spoken, message=message)
