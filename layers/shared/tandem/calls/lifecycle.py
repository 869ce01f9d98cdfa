"""The life of a call as a pure function: facts come in any order and any number, the record is the same.

A carrier's events are merged as facts: the earliest ringing, the earliest answer, the end; what follows from them
follows at reading (`Call.status`, `Call.outcome`, …). A final status is never left. This is the one rule by which order
matters, and it matters only where a carrier contradicts itself: of two ends that lead to different final statuses, the
one told first is believed, since subscribers have heard of it. Likewise a recording that was fetched stays.

An end that does not say how it ended and was not preceded by an answer leaves the call open until `settle` decides, so
that a late answer is not too late.
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tandem.calls.flow import Stage
from tandem.calls.models import Call, DialState, Recording, RecordingState, Status, final_status
from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome
from tandem.events.models import RECORDING_FOUND

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
            merged = replace(call, told_answered_at=_earliest(call.told_answered_at, event.occurred_at))
        case Happened.ENDED:
            merged = _ended(call, event)
        case Happened.MACHINE:
            merged = replace(call, told_outcome=_outcome(call, event.outcome))
        case Happened.RECORDED:
            merged = replace(call, recording=_recording(call.recording, event.recording))
        case Happened.LEG_ANSWERED:
            merged = _leg(call, answered=True)
        case Happened.LEG_ENDED:
            merged = _leg(call, answered=event.leg_answered)
        case _:
            merged = call
    merged = _placed(merged, event.carrier_call_id)
    return call if merged == call else merged


def settle(call: Call) -> Call:
    """Decide an end that did not say how it ended: nobody answered, or we would know by now. Where one was being
    connected who is not said to have picked up, they are taken to have: nobody is called again."""
    if call.ended_at is None or call.status.is_final:
        return call
    if call.told_outcome:
        return replace(call, leg_answered=True)
    return replace(call, told_outcome=Outcome.NO_ANSWER)


def give_up(call: Call, moment: datetime) -> Call:
    """End a call of whose end nobody told: one that was answered is taken as talked out, for nobody knows how long."""
    if call.ended_at is not None:
        return call
    if call.status == Status.ANSWERED:
        return replace(call, ended_at=moment, end_assumed=True)
    silent = "the carrier never told how the call ended"
    return merge(call, CarrierEvent(Happened.ENDED, "", moment, outcome=Outcome.UNKNOWN, cause=silent))


def events_between(before: Call, after: Call) -> list[str]:
    """The events that a change of the record is worth, in order."""
    types = []
    if before.status != after.status:
        types.append(f"call.{_EVENT.get(after.status, after.status.value)}")
    if after.awaits_recording and _source(before) != _source(after):
        types.append(RECORDING_FOUND)
    if _stands(after) and not _stands(before):
        types.append("call.recording.available")
    return types


def _source(call: Call) -> str | None:
    return call.recording.source if call.recording else None


def _stands(call: Call) -> bool:
    return call.recording is not None and call.recording.state == RecordingState.AVAILABLE


# Nobody took an inbound call: for the subscriber a call that failed, with the status that says why.
_EVENT = {Status.MISSED: "failed"}


def _ended(call: Call, event: CarrierEvent) -> Call:
    told_end = None if call.end_assumed else call.ended_at  # an end that is told takes the place of an assumed one
    return replace(
        call,
        told_answered_at=_earliest(call.told_answered_at, event.answered_at),
        ended_at=_earliest(told_end, event.occurred_at),
        end_assumed=False,
        told_outcome=_outcome(call, event.outcome),
        told_cause=_first(call.told_cause, event.cause),
        talk_seconds=_longest(call.talk_seconds, event.duration),
        cost=_dearest(call.cost, event.cost),
        recording=_recording(call.recording, event.recording),
    )


def _leg(call: Call, *, answered: bool | None) -> Call:
    """What is told of the party that the call is being connected to. That they picked up counts for more than that
    somebody did not: that may have been told of another."""
    connecting = call.flow is not None and call.flow.stage == Stage.AGENT
    if not connecting or answered is None or call.leg_answered:
        return call
    told = replace(call, leg_answered=answered)
    return call if call.status.is_final and told.status != call.status else told


def _recording(known: Recording | None, source: str | None) -> Recording | None:
    """Of several recordings, the one whose name comes first; unless another was fetched by then."""
    if not source or (known and (known.state != RecordingState.PENDING or known.source <= source)):
        return known
    return Recording(RecordingState.PENDING, source)


def _placed(call: Call, carrier_call_id: str) -> Call:
    """A carrier that speaks of a call has placed it."""
    if not carrier_call_id:
        return call
    dial = DialState.ACCEPTED if call.dial == DialState.INTENDED else call.dial
    return replace(call, dial=dial, carrier_call_id=_first(call.carrier_call_id, carrier_call_id))


def _outcome(call: Call, said: Outcome | None) -> Outcome | None:
    """What is told of the outcome, with `said`: only what agrees with the final status that the call has already."""
    known, present = call.told_outcome, call.outcome
    if said is None or (present and final_status(call.direction, present) != final_status(call.direction, said)):
        return known
    return min(known, said, key=_SPECIFIC_FIRST.index) if known else said


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
    return max(known, said, key=lambda cost: (Decimal(cost.amount), cost.amount, cost.currency))
