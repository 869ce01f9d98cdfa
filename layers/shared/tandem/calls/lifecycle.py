"""The life of a call as a pure function: facts come in any order and any number, the record is the same.

A carrier's events are merged as facts: the earliest ringing, the earliest answer, the end. The status follows from the
facts. A final status is never left: an end that does not say how it ended (`outcome` None) and was not preceded by an
answer leaves the call open until `settle` decides, so that a late answer is not too late.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from tandem.calls.models import INBOUND, Call, DialState, Recording, RecordingState, Status
from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome
from tandem.events.models import RECORDING_FOUND

REACHED = frozenset({Outcome.ANSWERED_HUMAN, Outcome.VOICEMAIL})

# Of two ends that say different things, the one earlier in this list is kept where both leave the same status.
_SPECIFIC_FIRST = (
    Outcome.VOICEMAIL,
    Outcome.ANSWERED_HUMAN,
    Outcome.BUSY,
    Outcome.DECLINED,
    Outcome.INVALID_NUMBER,
    Outcome.NO_ANSWER,
    Outcome.CANCELED,
    Outcome.PLATFORM_ERROR,
    Outcome.CARRIER_ERROR,
    Outcome.UNKNOWN,
)


def merge(call: Call, event: CarrierEvent) -> Call:
    """The call with this event's facts; the very same object when there is nothing new in it."""
    match event.happened:
        case Happened.RINGING:
            merged = replace(call, ringing_at=_earliest(call.ringing_at, event.occurred_at))
        case Happened.ANSWERED:
            merged = replace(call, answered_at=_earliest(call.answered_at, event.occurred_at))
        case Happened.ENDED:
            merged = _ended(call, event)
        case Happened.RECORDED:
            merged = _recorded(call, event)
        case _:
            merged = call
    if call.carrier_call_id is None and event.carrier_call_id:
        merged = replace(merged, carrier_call_id=event.carrier_call_id)
    if call.dial == DialState.INTENDED and event.carrier_call_id:
        merged = replace(merged, dial=DialState.ACCEPTED)  # the carrier speaks of the call, so it was placed
    merged = _with_status(merged)
    return call if merged == call else merged


def settle(call: Call) -> Call:
    """Decide an end that did not say how it ended: nobody answered, or we would know by now."""
    if call.ended_at is None or call.status.is_final:
        return call
    return _with_status(replace(call, outcome=Outcome.NO_ANSWER))


def events_between(before: Call, after: Call) -> list[str]:
    """The events that a change of the record is worth, in order."""
    types = []
    if before.status != after.status:
        types.append(f"call.{_EVENT.get(after.status, after.status.value)}")
    if before.recording is None and after.recording is not None:
        types.append(RECORDING_FOUND)
    if _stands(after) and not _stands(before):
        types.append("call.recording.available")
    return types


def _stands(call: Call) -> bool:
    return call.recording is not None and call.recording.state == RecordingState.AVAILABLE


# Nobody took an inbound call: for the subscriber a call that failed, with the status that says why.
_EVENT = {Status.MISSED: "failed"}


def _ended(call: Call, event: CarrierEvent) -> Call:
    outcome = event.outcome
    if outcome is None and event.duration:
        outcome = Outcome.ANSWERED_HUMAN
    return replace(
        call,
        answered_at=_earliest(call.answered_at, event.answered_at),
        ended_at=_earliest(call.ended_at, event.occurred_at),
        outcome=_outcome(call, outcome),
        cause=_first(call.cause, event.cause),
        talk_seconds=_longest(call.talk_seconds, event.duration),
        cost=_dearest(call.cost, event.cost),
        recording=_recorded(call, event).recording,
    )


def _recorded(call: Call, event: CarrierEvent) -> Call:
    if not event.recording or call.recording is not None:
        return call
    return replace(call, recording=Recording(RecordingState.PENDING, event.recording))


def _with_status(call: Call) -> Call:
    outcome = call.outcome
    if call.ended_at and outcome is None and call.answered_at:
        outcome = Outcome.ANSWERED_HUMAN
    return replace(call, outcome=outcome, status=_status(call, outcome), answered_at=_answer_before_end(call))


def _answer_before_end(call: Call) -> datetime | None:
    """When it was answered; where that was heard of only after the end, so long before it as the talk lasted."""
    if call.answered_at is None or call.ended_at is None or call.answered_at <= call.ended_at:
        return call.answered_at
    return call.ended_at - timedelta(seconds=call.talk_seconds or 0)


def _status(call: Call, outcome: Outcome | None) -> Status:
    if call.ended_at and outcome is not None:
        return _final(call.direction, outcome)
    if call.answered_at:
        return Status.ANSWERED
    return Status.RINGING if call.ringing_at else Status.INITIATED


def _final(direction: str, outcome: Outcome) -> Status:
    if outcome in REACHED:
        return Status.COMPLETED
    unanswered = outcome in (Outcome.NO_ANSWER, Outcome.CANCELED)
    return Status.MISSED if direction == INBOUND and unanswered else Status.FAILED


def _outcome(call: Call, said: Outcome | None) -> Outcome | None:
    known = call.outcome
    if known is None or said is None:
        return known or said
    if _final(call.direction, known) != _final(call.direction, said):
        return known
    return min(known, said, key=_SPECIFIC_FIRST.index)


def _earliest(known: datetime | None, said: datetime | None) -> datetime | None:
    return min(known, said) if known and said else known or said


def _longest(known: int | None, said: int | None) -> int | None:
    return said if known is None else known if said is None else max(known, said)


def _first(known: str | None, said: str | None) -> str | None:
    return min(known, said) if known and said else known or said


def _dearest(known: Cost | None, said: Cost | None) -> Cost | None:
    """The larger of two charges: a carrier corrects its price upwards as the call goes on."""
    if known is None or said is None:
        return known or said
    return max(known, said, key=lambda cost: (float(cost.amount), cost.currency))
