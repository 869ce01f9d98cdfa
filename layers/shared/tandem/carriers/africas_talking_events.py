"""What Africa's Talking tells of a call, as events of the core. Pure; never raises, whatever it is given.

Two vocabularies are read, in one request even: the provider's own (isActive, callSessionState, …) and that of its
published demo service (eventType). Neither says when a thing happened: `callStartTime` has no documented zone, so it
is not believed, and an event's time is the one of its arrival. When an ended call was answered follows from its
duration, which is the core's to conclude.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome

Fields = Mapping[str, str]

_EVENT_TYPES = {
    "SessionStarted": Happened.STARTED,
    "SessionRinging": Happened.RINGING,
    "SessionAnswered": Happened.ANSWERED,
    "SessionEnded": Happened.ENDED,
    "SessionFailed": Happened.ENDED,
}
_STATES = {
    "Dialing": Happened.RINGING,
    "Ringing": Happened.RINGING,
    "Active": Happened.ANSWERED,
    "Bridged": Happened.ANSWERED,
    "Completed": Happened.ENDED,
    "NotAnswered": Happened.ENDED,
    "Busy": Happened.ENDED,
    "Rejected": Happened.ENDED,
    "Expired": Happened.ENDED,
    "Failed": Happened.ENDED,
}

# FreeSWITCH's names of ITU-T Q.850 causes, and the demo service's. These come before anyone answers …
_UNANSWERED_CAUSES = {
    "USER_BUSY": Outcome.BUSY,
    "NO_ANSWER": Outcome.NO_ANSWER,
    "NO_USER_RESPONSE": Outcome.NO_ANSWER,
    "PROGRESS_TIMEOUT": Outcome.NO_ANSWER,
    "SUBSCRIBER_ABSENT": Outcome.NO_ANSWER,
    "USER_NOT_REGISTERED": Outcome.NO_ANSWER,
    "CALL_REJECTED": Outcome.DECLINED,
    "LOSE_RACE": Outcome.CANCELED,
    "INVALID_NUMBER": Outcome.INVALID_NUMBER,
    "INVALID_NUMBER_FORMAT": Outcome.INVALID_NUMBER,
    "UNALLOCATED_NUMBER": Outcome.INVALID_NUMBER,
}
# … and these can also end a call that was talked on: then it was answered.
_OTHER_CAUSES = {
    "ORIGINATOR_CANCEL": Outcome.CANCELED,
    "RECOVERY_ON_TIMER_EXPIRE": Outcome.NO_ANSWER,
    "NETWORK_ERROR": Outcome.CARRIER_ERROR,
    "NETWORK_OUT_OF_ORDER": Outcome.CARRIER_ERROR,
    "NORMAL_CIRCUIT_CONGESTION": Outcome.CARRIER_ERROR,
    "NORMAL_TEMPORARY_FAILURE": Outcome.CARRIER_ERROR,
    "NO_ROUTE_DESTINATION": Outcome.CARRIER_ERROR,
    "SERVICE_UNAVAILABLE": Outcome.CARRIER_ERROR,
}
# Read by third parties' handlers; what else there may be is not published.
_LEG_STATES = {"Completed": True, "Answered": True, "NotAnswered": False, "Busy": False, "Rejected": False,
               "Expired": False, "Failed": False}  # fmt: skip
_ORDINARY_CAUSES = ("NORMAL_CLEARING", "ALLOTTED_TIMEOUT")  # they end answered calls, and unanswered ones
_FINAL_STATES = {
    "NotAnswered": Outcome.NO_ANSWER,
    "Expired": Outcome.NO_ANSWER,
    "Busy": Outcome.BUSY,
    "Rejected": Outcome.DECLINED,
    "Failed": Outcome.CARRIER_ERROR,
    "SessionFailed": Outcome.CARRIER_ERROR,
}

SESSION = re.compile(r"[!-~]{1,128}")
"""What we take as the carrier's id of a call: it becomes part of a key."""

_REFERENCE = re.compile(r"[!-~]{1,200}")
_NUMBER = re.compile(r"[0-9]{7,15}")
_PARTY = re.compile(r"[!-~]{1,128}")
_CAUSE = re.compile(r"[ -~]{1,64}")
_SECONDS = re.compile(r"[0-9]{1,7}")
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,9})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,64}")
_RECORDING = re.compile(r"https?://[!-~]{1,2000}", re.IGNORECASE)


def events(fields: Fields, arrived_at: datetime, *, asks_for_instructions: bool = False) -> list[CarrierEvent]:
    """What one request tells. `asks_for_instructions`: it came to where calls are told what to do, which of itself
    says that the call is live. Without a usable session id nothing can be told."""
    session = _matching(SESSION, fields.get("sessionId"))
    if session is None:
        return []
    direction = (_given(fields.get("direction")) or "").lower()
    call = CarrierEvent(
        happened=Happened.OTHER,
        carrier_call_id=session,
        occurred_at=arrived_at,
        reference=_matching(_REFERENCE, fields.get("clientRequestId")),
        from_number=_party(fields.get("callerNumber")),
        to_number=_party(fields.get("destinationNumber")),
        direction=direction if direction in ("inbound", "outbound") else None,
    )
    return list(_told(call, fields, asks_for_instructions=asks_for_instructions))


def _told(call: CarrierEvent, fields: Fields, *, asks_for_instructions: bool) -> Iterator[CarrierEvent]:
    happened = _happened(fields, call.direction, asks_for_instructions=asks_for_instructions)
    digits = _matching(_DIGITS, fields.get("dtmfDigits"))
    recording = _matching(_RECORDING, fields.get("recordingUrl"))
    if leg := _leg(call, fields, over=happened is Happened.ENDED):
        yield leg  # before the end: that follows from it
    if happened is Happened.ENDED:
        yield _ended(call, fields)
    elif happened is not Happened.OTHER or not (digits or recording):
        yield replace(call, happened=happened)
    if digits:
        yield replace(call, happened=Happened.DIGITS, digits=digits.upper())
    if recording:
        yield replace(call, happened=Happened.RECORDED, recording=recording)


def _happened(fields: Fields, direction: str | None, *, asks_for_instructions: bool) -> Happened:
    event_type, state = _given(fields.get("eventType")), _given(fields.get("callSessionState"))
    active = _given(fields.get("isActive"))
    if event_type is not None:
        return _EVENT_TYPES.get(event_type, Happened.OTHER)
    if active == "0":
        return Happened.ENDED
    if state is not None:
        happened = _STATES.get(state, Happened.OTHER)
        # `isActive` is the provider's own last word on whether a call is over.
        return Happened.OTHER if happened is Happened.ENDED and active == "1" else happened
    if active == "1" and direction == "outbound":
        return Happened.ANSWERED  # a call we placed is spoken of while active only once it was answered
    # The demo service's request for instructions has no state; it comes when a call is answered.
    return Happened.ANSWERED if active is None and asks_for_instructions else Happened.OTHER


def _ended(call: CarrierEvent, fields: Fields) -> CarrierEvent:
    seconds = _matching(_SECONDS, fields.get("durationInSeconds"))
    duration = None if seconds is None else int(seconds)
    outcome, cause = _outcome(fields, talked=bool(duration))
    amount, currency = _matching(_AMOUNT, fields.get("amount")), _matching(_CURRENCY, fields.get("currencyCode"))
    return replace(
        call,
        happened=Happened.ENDED,
        outcome=outcome,
        cause=cause,
        duration=duration,
        cost=Cost(amount, currency.upper()) if amount and currency else None,
    )


def _leg(call: CarrierEvent, fields: Fields, *, over: bool) -> CarrierEvent | None:
    """What a request says of the dialled party: that they picked up, or, by a dial's status or with the end of the
    call, that they are gone."""
    state, seconds = _given(fields.get("dialStatus")), _matching(_SECONDS, fields.get("dialDurationInSeconds"))
    if _given(fields.get("dialDestinationNumber")) is None:
        return None
    if state is None and not over:
        return replace(call, happened=Happened.LEG_ANSWERED)
    talked = None if seconds is None else int(seconds)
    answered = _LEG_STATES.get(state or "") if talked is None else talked > 0
    return replace(call, happened=Happened.LEG_ENDED, leg_answered=answered, leg_seconds=talked)


def _outcome(fields: Fields, *, talked: bool) -> tuple[Outcome | None, str | None]:
    """How the call ended and the carrier's word for it. None as outcome: whether it was answered decides."""
    answered = Outcome.ANSWERED_HUMAN if talked else None
    cause = _matching(_CAUSE, fields.get("hangupCause"))
    name = cause.upper() if cause else ""
    if name in _UNANSWERED_CAUSES:
        return _UNANSWERED_CAUSES[name], cause
    if name in _OTHER_CAUSES:
        return answered or _OTHER_CAUSES[name], cause
    for field in ("callSessionState", "status", "eventType"):
        word = _matching(_CAUSE, fields.get(field))
        if word in _FINAL_STATES:
            return answered or _FINAL_STATES[word], cause or word
    if cause is None or name in _ORDINARY_CAUSES:
        return answered, cause
    return answered or Outcome.UNKNOWN, cause


def _given(value: str | None) -> str | None:
    """The value, or None for the ways in which the carrier says nothing."""
    text = (value or "").strip()
    return None if text in ("", "None", "null") else text


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    text = _given(value)
    return text if text is not None and pattern.fullmatch(text) else None


def _party(value: str | None) -> str | None:
    """A telephone number with its `+`, which an unescaped form turns into a blank, or a client's name."""
    party = _matching(_PARTY, value)
    if party is None or value is None:
        return None
    plus_lost = _NUMBER.fullmatch(party) or (value.startswith(" ") and not party.startswith("+"))
    return f"+{party}" if plus_lost else party
