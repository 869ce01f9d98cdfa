"""What Telnyx tells of a call, in webhooks and when asked, as events of the core. Pure; never raises."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tandem.carriers import telnyx_state
from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome
from tandem.carriers.telnyx_state import State

Payload = Mapping[str, Any]

SESSION = re.compile(r"[!-~]{1,200}")
"""A call control id: opaque, with all sorts of characters in it."""

IDENTIFIER = re.compile(r"[0-9A-Za-z-]{1,64}")
"""A leg's, a recording's, an event's id."""

_PARTY = re.compile(r"[!-~]{1,128}")
_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,128}")
_SIP = re.compile(r"[1-6][0-9]{2}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_WORD = re.compile(r"[a-z_]{1,40}")
_DIRECTIONS = {"incoming": "inbound", "outgoing": "outbound"}
_OUTCOMES = {
    "user_busy": Outcome.BUSY,
    "timeout": Outcome.NO_ANSWER,
    "no_answer": Outcome.NO_ANSWER,
    "call_rejected": Outcome.DECLINED,
    "originator_cancel": Outcome.CANCELED,
    "not_found": Outcome.INVALID_NUMBER,
}
_TALKED_OUT = ("normal_clearing", "time_limit")
# Where the network's own answer (RFC 3261 §21) says more than the cause.
_SIP_OUTCOMES = {
    "404": Outcome.INVALID_NUMBER,
    "410": Outcome.INVALID_NUMBER,
    "484": Outcome.INVALID_NUMBER,
    "604": Outcome.INVALID_NUMBER,
    "408": Outcome.NO_ANSWER,
    "480": Outcome.NO_ANSWER,
    "487": Outcome.NO_ANSWER,
    "486": Outcome.BUSY,
    "600": Outcome.BUSY,
    "603": Outcome.DECLINED,
    "607": Outcome.DECLINED,
}
_MACHINES = ("machine", "fax_detected")


def events(told: object, connection_id: str, arrived_at: datetime) -> list[CarrierEvent]:
    """What one webhook tells, at most one event. Of calls of the account's other connections, nothing."""
    data = told.get("data") if isinstance(told, Mapping) else None
    payload = data.get("payload") if isinstance(data, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(payload, Mapping):
        return []
    tell = _TOLD.get(str(data.get("event_type")))
    state = telnyx_state.read(payload.get("client_state"))
    if tell is None or (state is None and payload.get("connection_id") not in (None, connection_id)):
        return []
    session = _matching(SESSION, payload.get("call_control_id"))
    call = CarrierEvent(
        happened=Happened.OTHER,
        carrier_call_id="" if session is None or (state and state.is_leg) else session,
        occurred_at=moment(data.get("occurred_at")) or arrived_at,
        reference=state.reference if state else None,
        from_number=_matching(_PARTY, payload.get("from")),
        to_number=_matching(_PARTY, payload.get("to")),
        direction="outbound" if state and state.is_leg else _DIRECTIONS.get(str(payload.get("direction"))),
        cue=state.cue if state else None,
        told_id=_matching(IDENTIFIER, data.get("id")),
    )
    if not call.carrier_call_id and state is None:
        return []
    event = tell(call, payload, state)
    return [event] if event else []


_Tell = Callable[[CarrierEvent, Payload, State | None], CarrierEvent | None]


def _initiated(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    """Telnyx says no more of ringing than that the call went out."""
    return None if state and state.is_leg else replace(call, happened=Happened.RINGING)


def _answered(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent:
    is_leg = state is not None and state.is_leg
    return replace(call, happened=Happened.LEG_ANSWERED if is_leg else Happened.ANSWERED)


def _hung_up(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent:
    cause = _matching(_WORD, payload.get("hangup_cause")) or "unspecified"
    code = _matching(_SIP, payload.get("sip_hangup_cause"))
    if state and state.is_leg:
        talked = cause in _TALKED_OUT and code in (None, "200")
        return replace(call, happened=Happened.LEG_ENDED, leg_answered=talked)
    return replace(
        call,
        happened=Happened.ENDED,
        outcome=_outcome(cause, code),
        cause=f"{cause} (SIP {code})" if code and code != "200" else cause,
    )


def _outcome(cause: str, code: str | None) -> Outcome | None:
    """None for a call that was talked out: whether it was, the answer says, which came before or is to come."""
    if cause in _OUTCOMES:
        return _OUTCOMES[cause]
    if cause in _TALKED_OUT or code == "200":
        return None
    return _SIP_OUTCOMES.get(code or "", Outcome.CARRIER_ERROR)


def _recorded(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    """By the leg where no id of the recording is given: its addresses in the webhook are good for ten minutes only,
    and never taken from a request."""
    recording = _matching(IDENTIFIER, payload.get("recording_id"))
    leg = _matching(IDENTIFIER, payload.get("call_leg_id"))
    source = recording or (f"leg:{leg}" if leg else None)
    return replace(call, happened=Happened.RECORDED, recording=source) if source else None


def _done(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    over = payload.get("status") == "call_hangup" or payload.get("reason") == "hangup"
    is_leg = state is not None and state.is_leg
    return None if over or is_leg or call.cue is None else replace(call, happened=Happened.DONE)


def _spoken(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    """Also a prompt's end, within an instruction that goes on."""
    done = _done(call, payload, state)
    return replace(done, happened=Happened.SPOKEN) if done else None


def _gathered(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    done = _done(call, payload, state)
    digits = _matching(_DIGITS, payload.get("digits"))
    return replace(done, happened=Happened.DIGITS, digits=digits.upper()) if done and digits else done


def _key(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    digit = _matching(_DIGITS, payload.get("digit"))
    is_leg = state is not None and state.is_leg
    return None if is_leg or digit is None else replace(call, happened=Happened.KEY, digits=digit[0].upper())


def _detected(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    by_machine = payload.get("result") in _MACHINES and not (state and state.is_leg)
    return replace(call, happened=Happened.MACHINE, outcome=Outcome.VOICEMAIL) if by_machine else None


def _charged(call: CarrierEvent, payload: Payload, state: State | None) -> CarrierEvent | None:
    """The price comes after the end, where the application asks for it."""
    parts = payload.get("cost_parts")
    first = parts[0] if isinstance(parts, list) and parts and isinstance(parts[0], Mapping) else {}
    cost = _cost(payload.get("total_cost"), first.get("currency"))
    if cost is None or (state and state.is_leg) or payload.get("status") != "success":
        return None
    return replace(call, happened=Happened.ENDED, cost=cost)


def _cost(amount: object, currency: object) -> Cost | None:
    known = _matching(_CURRENCY, currency)
    try:
        number = Decimal(amount) if isinstance(amount, str) and len(amount) < 30 else None
    except InvalidOperation:
        return None
    if number is None or known is None or not number.is_finite() or number < 0:
        return None
    return Cost(f"{number:f}", known.upper())


_TOLD: Mapping[str, _Tell] = {
    "call.initiated": _initiated,
    "call.answered": _answered,
    "call.hangup": _hung_up,
    "call.recording.saved": _recorded,
    "call.speak.ended": _spoken,
    "call.playback.ended": _spoken,
    "call.gather.ended": _gathered,
    "call.dequeued": _done,
    "call.dtmf.received": _key,
    "call.machine.detection.ended": _detected,
    "call.machine.premium.detection.ended": _detected,
    "call.cost": _charged,
}


def resource_events(resource: Payload, session: str) -> list[CarrierEvent]:
    """What a call's resource tells: that it is over, and since when. Whether anybody answered, it does not; and one
    that is not yet under way is not alive either."""
    ended_at = moment(resource.get("end_time"))
    over = ended_at is not None and resource.get("is_alive") is False
    return [CarrierEvent(Happened.ENDED, session, ended_at)] if over and ended_at else []


def moment(text: object) -> datetime | None:
    """ISO 8601 with a zone; None for anything else."""
    try:
        at = datetime.fromisoformat(text) if isinstance(text, str) else None
        return at.astimezone(UTC) if at and at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
