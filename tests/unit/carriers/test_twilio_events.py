"""What Twilio tells, as events."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome
from tandem.carriers.twilio_events import events, moment_of, resource_events

ARRIVED = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
CALL, RECORDING = "CA" + "1" * 32, "RE" + "2" * 32
URL = f"https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/{RECORDING}"
WHO = {"CallSid": CALL, "From": "+13125550100", "To": "+254722000001", "Direction": "outbound-api"}


def _events(**fields: str) -> list[CarrierEvent]:
    return events({**WHO, **fields}, "t.c", ARRIVED)


def _happened(**fields: str) -> list[Happened]:
    return [event.happened for event in _events(**fields)]


@pytest.mark.parametrize(
    ("status", "happened"),
    [
        ("queued", Happened.STARTED),
        ("initiated", Happened.STARTED),
        ("ringing", Happened.RINGING),
        ("in-progress", Happened.ANSWERED),
        ("completed", Happened.ENDED),
        ("canceled", Happened.ENDED),
        ("nonsense", Happened.OTHER),
        ("", Happened.OTHER),
    ],
)
def test_a_status_is_told_with_who_and_when(status: str, happened: Happened) -> None:
    (event,) = _events(CallStatus=status, Timestamp="Thu, 01 Jan 2026 00:00:05 +0000")
    assert event.happened is happened
    assert event.occurred_at == datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)
    assert (event.carrier_call_id, event.reference, event.direction) == (CALL, "t.c", "outbound")
    assert (event.from_number, event.to_number) == ("+13125550100", "+254722000001")


@pytest.mark.parametrize("timestamp", ["", "yesterday", "Thu, 99 Jan 2026 00:00:05 +0000", "2026-01-01T00:00:00Z"])
def test_a_time_that_cannot_be_read_is_that_of_arrival(timestamp: str) -> None:
    assert _events(CallStatus="ringing", Timestamp=timestamp)[0].occurred_at == ARRIVED


@pytest.mark.parametrize(
    ("status", "sip", "answered_by", "outcome", "cause"),
    [
        ("completed", "200", "", Outcome.ANSWERED_HUMAN, "completed"),
        ("completed", "", "human", Outcome.ANSWERED_HUMAN, "completed"),
        ("completed", "", "machine_end_beep", Outcome.VOICEMAIL, "completed"),
        ("completed", "", "fax", Outcome.VOICEMAIL, "completed"),
        ("busy", "486", "", Outcome.BUSY, "busy (SIP 486)"),
        ("busy", "603", "", Outcome.DECLINED, "busy (SIP 603)"),
        ("no-answer", "487", "", Outcome.NO_ANSWER, "no-answer (SIP 487)"),
        ("no-answer", "", "", Outcome.NO_ANSWER, "no-answer"),
        ("failed", "404", "", Outcome.INVALID_NUMBER, "failed (SIP 404)"),
        ("failed", "484", "", Outcome.INVALID_NUMBER, "failed (SIP 484)"),
        ("failed", "503", "", Outcome.CARRIER_ERROR, "failed (SIP 503)"),
        ("failed", "nonsense", "", Outcome.CARRIER_ERROR, "failed"),
        ("canceled", "487", "", Outcome.CANCELED, "canceled (SIP 487)"),
    ],
)
def test_each_end_has_its_outcome(status: str, sip: str, answered_by: str, outcome: Outcome, cause: str) -> None:
    (event,) = _events(CallStatus=status, SipResponseCode=sip, AnsweredBy=answered_by, CallDuration="7")
    assert (event.happened, event.outcome, event.cause) == (Happened.ENDED, outcome, cause)
    assert (event.duration, event.cost) == (7, None)


def test_keys_are_told_but_not_the_key_that_ends_a_recording() -> None:
    answered, digits = _events(CallStatus="in-progress", Digits="12#")
    assert (answered.happened, digits.happened, digits.digits) == (Happened.ANSWERED, Happened.DIGITS, "12#")
    for key in ("#", "hangup"):
        told = _events(CallStatus="in-progress", Digits=key, RecordingUrl=URL, RecordingDuration="3")
        assert [event.happened for event in told] == [Happened.ANSWERED, Happened.RECORDED]
        assert told[1].recording == RECORDING
    assert _happened(CallStatus="in-progress", Digits="") == [Happened.ANSWERED]
    assert _happened(CallStatus="in-progress", Digits="one") == [Happened.ANSWERED]


@pytest.mark.parametrize(
    ("status", "answered"), [("completed", True), ("answered", True), ("busy", False), ("no-answer", False)]
)
def test_a_leg_that_is_over_is_told(status: str, answered: bool) -> None:
    told = _events(CallStatus="in-progress", DialCallStatus=status, DialCallDuration="42")
    leg = told[0]
    assert (leg.happened, leg.leg_answered, leg.leg_seconds) == (Happened.LEG_ENDED, answered, 42)
    assert told[1].happened is Happened.ANSWERED
    assert len(told) == 2


def test_a_leg_that_was_recorded_tells_its_recording_too() -> None:
    told = _happened(CallStatus="completed", DialCallStatus="completed", RecordingUrl=URL)
    assert told == [Happened.LEG_ENDED, Happened.ENDED, Happened.RECORDED]


@pytest.mark.parametrize(
    ("fields", "recording"),
    [
        (
            {"RecordingSid": RECORDING, "RecordingStatus": "completed", "RecordingUrl": "https://evil.example"},
            RECORDING,
        ),
        ({"RecordingUrl": URL}, RECORDING),
        ({"RecordingSid": RECORDING, "RecordingStatus": "absent"}, None),
        ({"RecordingSid": RECORDING, "RecordingStatus": "in-progress"}, None),
        ({"RecordingUrl": "https://evil.example/a.mp3", "RecordingStatus": "completed"}, None),
        ({"RecordingUrl": f"{URL}/../x"}, None),
    ],
)
def test_a_recording_is_known_by_its_id_alone(fields: dict[str, str], recording: str | None) -> None:
    (event,) = events({"CallSid": CALL, **fields}, None, ARRIVED)
    assert event.recording == recording
    assert event.happened is (Happened.RECORDED if recording else Happened.OTHER)
    assert event.reference is None


@pytest.mark.parametrize(
    "fields",
    [{"CallSid": ""}, {"CallSid": "CA1"}, {"CallSid": f"{CALL}\n"}, {"ParentCallSid": CALL},
     {"Direction": "outbound-dial"}],
)  # fmt: skip
def test_what_is_of_no_call_of_ours_tells_nothing(fields: dict[str, str]) -> None:
    assert _events(CallStatus="completed", **fields) == []


def test_a_browser_calls_as_a_client() -> None:
    (event,) = _events(CallStatus="ringing", Direction="inbound", From="client:agent_7")
    assert (event.direction, event.from_number) == ("inbound", "client:agent_7")


# When asked


def _resource(**fields: object) -> dict[str, object]:
    return {"sid": CALL, "direction": "outbound-api", "status": "completed", "duration": "30", "price": "-0.0085",
            "price_unit": "usd", "end_time": "Thu, 01 Jan 2026 00:00:40 +0000", **fields}  # fmt: skip


def test_a_call_that_is_over_tells_its_end_its_price_and_since_when_it_was_talked() -> None:
    (ended,) = resource_events(_resource(), ARRIVED)
    end = datetime(2026, 1, 1, 0, 0, 40, tzinfo=UTC)
    assert (ended.occurred_at, ended.answered_at) == (end, end - timedelta(seconds=30))
    assert (ended.outcome, ended.duration, ended.cost) == (Outcome.ANSWERED_HUMAN, 30, Cost("0.0085", "USD"))


def test_a_call_that_nobody_took_tells_no_answer_and_one_without_a_price_none() -> None:
    (ended,) = resource_events(_resource(status="busy", duration="0", price=None), ARRIVED)
    assert (ended.outcome, ended.answered_at, ended.cost) == (Outcome.BUSY, None, None)


@pytest.mark.parametrize(
    ("status", "happened"),
    [("queued", Happened.STARTED), ("ringing", Happened.RINGING), ("in-progress", Happened.ANSWERED)],
)
def test_a_call_under_way_tells_where_it_stands_now(status: str, happened: Happened) -> None:
    (event,) = resource_events(_resource(status=status, end_time=None, start_time="x"), ARRIVED)
    assert (event.happened, event.occurred_at) == (happened, ARRIVED)


@pytest.mark.parametrize("resource", [{}, {"sid": CALL}, {"sid": 5, "status": "busy"}, {"sid": CALL, "status": "odd"}])
def test_what_is_no_call_tells_nothing(resource: dict[str, object]) -> None:
    assert resource_events(resource, ARRIVED) == []
    assert moment_of(resource) is None


_words = st.text(max_size=12) | st.sampled_from(["completed", "in-progress", CALL, URL, "-1", "9" * 30, "busy"])
_names = st.sampled_from(
    ["CallStatus", "Timestamp", "Digits", "DialCallStatus", "DialCallDuration", "RecordingUrl", "RecordingSid",
     "RecordingStatus", "SipResponseCode", "AnsweredBy", "CallDuration", "From", "To", "Direction", "CallSid"]
)  # fmt: skip


@given(st.dictionaries(_names, _words), st.none() | _words)
def test_whatever_is_told_nothing_breaks(fields: dict[str, str], reference: str | None) -> None:
    for event in events({"CallSid": CALL, **fields}, reference, ARRIVED):
        assert event.occurred_at.utcoffset() is not None


@given(
    st.dictionaries(st.sampled_from([*_resource(), "start_time", "date_created"]), _words | st.none() | st.integers())
)
def test_whatever_a_resource_holds_nothing_breaks(fields: dict[str, object]) -> None:
    for event in resource_events({"sid": CALL, "status": "completed", **fields}, ARRIVED):
        assert event.occurred_at.utcoffset() is not None
