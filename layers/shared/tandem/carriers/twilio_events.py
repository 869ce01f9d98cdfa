"""What Twilio tells of a call, in callbacks and when asked, as events of the core. Pure; never raises."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome
from tandem.carriers.sip import OUTCOMES as SIP_OUTCOMES

Fields = Mapping[str, str]

SESSION = re.compile(r"CA[0-9a-fA-F]{32}")
RECORDING = re.compile(r"RE[0-9a-fA-F]{32}")

_STATUSES = {
    "queued": Happened.STARTED,
    "initiated": Happened.STARTED,
    "ringing": Happened.RINGING,
    "in-progress": Happened.ANSWERED,
    "completed": Happened.ENDED,
    "busy": Happened.ENDED,
    "failed": Happened.ENDED,
    "no-answer": Happened.ENDED,
    "canceled": Happened.ENDED,
}
_OUTCOMES = {
    "completed": Outcome.ANSWERED_HUMAN,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "canceled": Outcome.CANCELED,
    "failed": Outcome.CARRIER_ERROR,
}
_DIRECTIONS = {"inbound": "inbound", "outbound-api": "outbound"}
_LEG_ANSWERED = ("completed", "answered")

_REFERENCE = re.compile(r"[!-~]{1,200}")
_PARTY = re.compile(r"[!-~]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,7}")
_DIGITS = re.compile(r"[0-9*#A-Da-d]{1,64}")
_SIP = re.compile(r"[1-6][0-9]{2}")
_PRICE = re.compile(r"-?([0-9]{1,12}(?:\.[0-9]{1,9})?)")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def events(fields: Fields, reference: str | None, arrived_at: datetime) -> list[CarrierEvent]:
    """What one callback tells; `reference` is what its URL brought back. Of the legs that a Dial makes, nothing: their
    news is in the Dial's own callback."""
    session = _matching(SESSION, fields.get("CallSid"))
    if session is None or fields.get("ParentCallSid") or fields.get("Direction") == "outbound-dial":
        return []
    call = CarrierEvent(
        happened=Happened.OTHER,
        carrier_call_id=session,
        occurred_at=_moment(fields.get("Timestamp")) or arrived_at,
        reference=_matching(_REFERENCE, reference),
        from_number=_matching(_PARTY, fields.get("From")),
        to_number=_matching(_PARTY, fields.get("To")),
        direction=_DIRECTIONS.get(fields.get("Direction", "")),
    )
    return list(_told(call, fields))


def _told(call: CarrierEvent, fields: Fields) -> Iterator[CarrierEvent]:
    happened = _STATUSES.get(fields.get("CallStatus", ""), Happened.OTHER)
    recording, leg = _recording(fields), fields.get("DialCallStatus")
    # After a recording `Digits` is the key that ended it.
    digits = None if "RecordingUrl" in fields else _matching(_DIGITS, fields.get("Digits"))
    if leg:  # before the end: that follows from it
        seconds = _seconds(fields.get("DialCallDuration"))
        yield replace(call, happened=Happened.LEG_ENDED, leg_answered=leg in _LEG_ANSWERED, leg_seconds=seconds)
    if happened is Happened.ENDED:
        yield _ended(call, fields["CallStatus"], fields.get("SipResponseCode"), fields)
    elif happened is not Happened.OTHER or not (recording or leg or digits):
        yield replace(call, happened=happened)
    if digits:
        yield replace(call, happened=Happened.DIGITS, digits=digits.upper())
    if recording:
        yield replace(call, happened=Happened.RECORDED, recording=recording)


def _ended(call: CarrierEvent, status: str, sip: str | None, fields: Fields) -> CarrierEvent:
    code = _matching(_SIP, sip)
    return replace(
        call,
        happened=Happened.ENDED,
        outcome=_outcome(status, code, fields.get("AnsweredBy")),
        cause=f"{status} (SIP {code})" if code and code != "200" else status,
        duration=_seconds(fields.get("CallDuration")),
    )


def _outcome(status: str, sip: str | None, answered_by: str | None) -> Outcome:
    if status == "completed":
        machine = (answered_by or "").startswith(("machine", "fax"))
        return Outcome.VOICEMAIL if machine else Outcome.ANSWERED_HUMAN
    if status == "canceled":
        return Outcome.CANCELED
    return SIP_OUTCOMES.get(sip or "", _OUTCOMES[status])


def _recording(fields: Fields) -> str | None:
    """The recording's id, which is believed; where it lies is for us to know, and never taken from a request."""
    if fields.get("RecordingStatus", "completed") != "completed":
        return None
    named = _matching(RECORDING, fields.get("RecordingSid"))
    return named or _matching(RECORDING, fields.get("RecordingUrl", "").rpartition("/")[2])


def resource_events(resource: Mapping[str, Any], asked_at: datetime) -> list[CarrierEvent]:
    """What a Call resource tells. Ringing and answer are of the time of asking: it does not say when they were."""
    call = {name: value for name, value in resource.items() if isinstance(value, str)}
    session, status = _matching(SESSION, call.get("sid")), call.get("status", "")
    if session is None or status not in _STATUSES:
        return []
    told = CarrierEvent(
        happened=_STATUSES[status],
        carrier_call_id=session,
        occurred_at=asked_at,
        direction=_DIRECTIONS.get(call.get("direction", "")),
    )
    if told.happened is not Happened.ENDED:
        return [told]
    ended_at, duration = _moment(call.get("end_time")) or asked_at, _seconds(call.get("duration"))
    talked = status == "completed" and duration is not None
    return [
        replace(
            told,
            occurred_at=ended_at,
            answered_at=ended_at - timedelta(seconds=duration or 0) if talked else None,
            outcome=_outcome(status, None, call.get("answered_by")),
            cause=status,
            duration=duration,
            cost=_cost(call.get("price"), call.get("price_unit")),
        )
    ]


def moment_of(resource: Mapping[str, Any]) -> datetime | None:
    """When a call was asked for, or began; None where its resource does not say."""
    times = (_moment(value) for value in (resource.get("date_created"), resource.get("start_time")))
    return next((time for time in times if time), None)


def _cost(price: str | None, unit: str | None) -> Cost | None:
    """What is charged: Twilio writes it as a negative amount, some time after the end."""
    amount, currency = _PRICE.fullmatch(price or ""), _matching(_CURRENCY, unit)
    return Cost(amount.group(1), currency.upper()) if amount and currency else None


def _moment(text: object) -> datetime | None:
    """RFC 2822, as Twilio writes every time."""
    try:
        moment = parsedate_to_datetime(text) if isinstance(text, str) else None
        return moment and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, LookupError, OverflowError):
        return None


def _seconds(text: str | None) -> int | None:
    seconds = _matching(_SECONDS, text)
    return None if seconds is None else int(seconds)


def _matching(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and pattern.fullmatch(value) else None
