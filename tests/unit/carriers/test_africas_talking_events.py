"""What Africa's Talking's callbacks mean, in both of their vocabularies."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.carriers.africas_talking_events import events
from tandem.carriers.base import CarrierEvent, Cost, Happened, Outcome

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SESSION = "ATVId_0123456789abcdef0123456789abcdef"


def _told(**fields: str) -> list[CarrierEvent]:
    return events({"sessionId": SESSION, **fields}, NOW)


def _happened(**fields: str) -> list[Happened]:
    return [event.happened for event in _told(**fields)]


def _ended(**fields: str) -> CarrierEvent:
    (event,) = _told(**{"isActive": "0", **fields})
    assert event.happened is Happened.ENDED
    return event


def test_the_published_sample_is_understood_as_a_whole() -> None:
    sample = {
        "sessionId": "ATVId_abc123",
        "eventType": "SessionEnded",
        "callerNumber": " 254711XXXYYY",  # the sample's curl does not escape the plus
        "destinationNumber": " 254700000000",
        "hangupCause": "NORMAL_CLEARING",
        "direction": "outbound",
        "callStartTime": "2025-09-29 10:30:00",
        "durationInSeconds": "45",
        "currencyCode": "KES",
        "amount": "5.00",
    }
    assert events(sample, NOW) == [
        CarrierEvent(
            happened=Happened.ENDED,
            carrier_call_id="ATVId_abc123",
            occurred_at=NOW,
            from_number="+254711XXXYYY",
            to_number="+254700000000",
            direction="outbound",
            outcome=Outcome.ANSWERED_HUMAN,
            cause="NORMAL_CLEARING",
            duration=45,
            cost=Cost("5.00", "KES"),
        )
    ]


def test_the_providers_final_callback_is_understood_as_a_whole() -> None:
    fields = {
        "isActive": "0",
        "sessionId": SESSION,
        "callSessionState": "NotAnswered",
        "status": "NotAnswered",
        "hangupCause": "USER_BUSY",
        "direction": "Outbound",
        "callerCountryCode": "254",
        "callerNumber": "+254722000001",
        "destinationNumber": "+254711000000",
        "durationInSeconds": "0",
        "amount": "0",
        "currencyCode": "kes",
        "callStartTime": "None",
        "clientRequestId": "t-1.c-1",
        "somethingNew": "1",
    }
    assert events(fields, NOW) == [
        CarrierEvent(
            happened=Happened.ENDED,
            carrier_call_id=SESSION,
            occurred_at=NOW,
            reference="t-1.c-1",
            from_number="+254722000001",
            to_number="+254711000000",
            direction="outbound",
            outcome=Outcome.BUSY,
            cause="USER_BUSY",
            duration=0,
            cost=Cost("0", "KES"),
        )
    ]


@pytest.mark.parametrize(
    ("event_type", "happened"),
    [
        ("SessionStarted", Happened.STARTED),
        ("SessionRinging", Happened.RINGING),
        ("SessionAnswered", Happened.ANSWERED),
        ("SessionEnded", Happened.ENDED),
        ("SessionFailed", Happened.ENDED),
        ("SessionTransferred", Happened.OTHER),
        ("SessionQueued", Happened.OTHER),
        ("SessionReinvented", Happened.OTHER),
    ],
)
def test_each_event_type_has_its_meaning(event_type: str, happened: Happened) -> None:
    assert _happened(eventType=event_type) == [happened]


@pytest.mark.parametrize(
    ("fields", "happened"),
    [
        ({"isActive": "1", "callSessionState": "Ringing", "direction": "Inbound"}, Happened.RINGING),
        ({"isActive": "1", "callSessionState": "Dialing"}, Happened.RINGING),
        ({"isActive": "1", "callSessionState": "Active"}, Happened.ANSWERED),
        ({"isActive": "1", "callSessionState": "Bridged"}, Happened.ANSWERED),
        ({"isActive": "1", "callSessionState": "Transferred"}, Happened.OTHER),
        ({"isActive": "1", "callSessionState": "Whistling"}, Happened.OTHER),
        ({"isActive": "1", "direction": "Outbound"}, Happened.ANSWERED),
        ({"isActive": "1", "direction": "Inbound"}, Happened.OTHER),
        ({"isActive": "1"}, Happened.OTHER),
        ({"isActive": "0"}, Happened.ENDED),
        ({"isActive": "0", "callSessionState": "Active"}, Happened.ENDED),
        ({"isActive": "1", "callSessionState": "Completed"}, Happened.OTHER),
        ({"callSessionState": "Completed"}, Happened.ENDED),
        ({"callSessionState": "Busy"}, Happened.ENDED),
        ({"isActive": "yes"}, Happened.OTHER),
        ({}, Happened.OTHER),
    ],
)
def test_each_state_of_the_provider_has_its_meaning(fields: dict[str, str], happened: Happened) -> None:
    assert _happened(**fields) == [happened]


def test_a_request_for_instructions_without_a_state_says_that_the_call_was_answered() -> None:
    fields = {"sessionId": SESSION, "callerNumber": "+254722000001", "destinationNumber": "+254711000000"}
    assert [e.happened for e in events(fields, NOW, asks_for_instructions=True)] == [Happened.ANSWERED]
    assert [e.happened for e in events(fields, NOW)] == [Happened.OTHER]


def test_a_request_for_instructions_of_a_ringing_call_does_not_say_that_it_was_answered() -> None:
    fields = {"sessionId": SESSION, "isActive": "1", "callSessionState": "Ringing", "direction": "Inbound"}
    assert [e.happened for e in events(fields, NOW, asks_for_instructions=True)] == [Happened.RINGING]
    del fields["callSessionState"]
    assert [e.happened for e in events(fields, NOW, asks_for_instructions=True)] == [Happened.OTHER]


@pytest.mark.parametrize(
    ("cause", "unanswered", "talked"),
    [
        ("NORMAL_CLEARING", None, Outcome.ANSWERED_HUMAN),
        ("ALLOTTED_TIMEOUT", None, Outcome.ANSWERED_HUMAN),
        ("USER_BUSY", Outcome.BUSY, Outcome.BUSY),
        ("NO_ANSWER", Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        ("NO_USER_RESPONSE", Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        ("SUBSCRIBER_ABSENT", Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        ("USER_NOT_REGISTERED", Outcome.NO_ANSWER, Outcome.NO_ANSWER),
        ("CALL_REJECTED", Outcome.DECLINED, Outcome.DECLINED),
        ("LOSE_RACE", Outcome.CANCELED, Outcome.CANCELED),
        ("INVALID_NUMBER", Outcome.INVALID_NUMBER, Outcome.INVALID_NUMBER),
        ("UNALLOCATED_NUMBER", Outcome.INVALID_NUMBER, Outcome.INVALID_NUMBER),
        ("ORIGINATOR_CANCEL", Outcome.CANCELED, Outcome.ANSWERED_HUMAN),
        ("RECOVERY_ON_TIMER_EXPIRE", Outcome.NO_ANSWER, Outcome.ANSWERED_HUMAN),
        ("NETWORK_ERROR", Outcome.CARRIER_ERROR, Outcome.ANSWERED_HUMAN),
        ("NORMAL_TEMPORARY_FAILURE", Outcome.CARRIER_ERROR, Outcome.ANSWERED_HUMAN),
        ("SERVICE_UNAVAILABLE", Outcome.CARRIER_ERROR, Outcome.ANSWERED_HUMAN),
        ("UNSPECIFIED", Outcome.UNKNOWN, Outcome.ANSWERED_HUMAN),
        ("MARTIAN_INTERFERENCE", Outcome.UNKNOWN, Outcome.ANSWERED_HUMAN),
        ("user_busy", Outcome.BUSY, Outcome.BUSY),
    ],
)
def test_each_cause_has_its_outcome(cause: str, unanswered: Outcome | None, talked: Outcome) -> None:
    for duration, outcome in (("0", unanswered), ("", unanswered), ("45", talked)):
        ended = _ended(hangupCause=cause, durationInSeconds=duration)
        assert (ended.outcome, ended.cause) == (outcome, cause)


@pytest.mark.parametrize(
    ("fields", "outcome", "cause"),
    [
        ({"callSessionState": "NotAnswered"}, Outcome.NO_ANSWER, "NotAnswered"),
        ({"callSessionState": "Expired"}, Outcome.NO_ANSWER, "Expired"),
        ({"callSessionState": "Busy"}, Outcome.BUSY, "Busy"),
        ({"callSessionState": "Rejected"}, Outcome.DECLINED, "Rejected"),
        ({"callSessionState": "Failed"}, Outcome.CARRIER_ERROR, "Failed"),
        ({"status": "NotAnswered"}, Outcome.NO_ANSWER, "NotAnswered"),
        ({"callSessionState": "NotAnswered", "hangupCause": "NORMAL_CLEARING"}, Outcome.NO_ANSWER, "NORMAL_CLEARING"),
        ({"callSessionState": "Completed", "status": "Success"}, None, None),
        ({"callSessionState": "Completed", "status": "Aborted"}, None, None),
        ({"callSessionState": "Completed", "durationInSeconds": "3"}, Outcome.ANSWERED_HUMAN, None),
        ({"eventType": "SessionFailed"}, Outcome.CARRIER_ERROR, "SessionFailed"),
        ({"eventType": "SessionFailed", "hangupCause": "USER_BUSY"}, Outcome.BUSY, "USER_BUSY"),
        ({"callSessionState": "Failed", "durationInSeconds": "9"}, Outcome.ANSWERED_HUMAN, "Failed"),
        ({"eventType": "SessionEnded"}, None, None),
        ({"hangupCause": "null"}, None, None),
        ({}, None, None),
    ],
)
def test_without_a_telling_cause_the_state_tells(
    fields: dict[str, str], outcome: Outcome | None, cause: str | None
) -> None:
    ended = _ended(**fields)
    assert (ended.outcome, ended.cause) == (outcome, cause)


@pytest.mark.parametrize(
    ("given_text", "seconds"),
    [
        ("45", 45),
        ("0", 0),
        (" 7 ", 7),
        ("", None),
        ("None", None),
        ("-3", None),
        ("4.5", None),
        ("٤٥", None),
        ("9" * 7, 9_999_999),
        ("9" * 8, None),
        ("9" * 5_000, None),
        ("1e3", None),
        ("forty", None),
    ],
)
def test_a_duration_is_whole_seconds_or_nothing(given_text: str, seconds: int | None) -> None:
    assert _ended(durationInSeconds=given_text).duration == seconds


@pytest.mark.parametrize(
    ("amount", "currency", "cost"),
    [
        ("5.00", "KES", Cost("5.00", "KES")),
        ("147.440", "ugx", Cost("147.440", "UGX")),
        ("0.000", "NGN", Cost("0.000", "NGN")),
        ("5.00", "", None),
        ("", "KES", None),
        ("KES 5.00", "KES", None),
        ("-5", "KES", None),
        ("NaN", "KES", None),
        ("1" * 13, "KES", None),
        ("5.00", "SHILLING", None),
        ("None", "None", None),
    ],
)
def test_a_cost_is_an_amount_with_a_currency_or_nothing(amount: str, currency: str, cost: Cost | None) -> None:
    assert _ended(amount=amount, currencyCode=currency).cost == cost


def test_a_cost_and_a_duration_belong_to_the_end_alone() -> None:
    (event,) = _told(isActive="1", callSessionState="Active", durationInSeconds="4", amount="1", currencyCode="KES")
    assert (event.duration, event.cost, event.outcome, event.cause) == (None, None, None, None)


@pytest.mark.parametrize(
    ("text", "party"),
    [
        ("+254722000001", "+254722000001"),
        (" 254722000001", "+254722000001"),
        ("254722000001", "+254722000001"),
        (" +254722000001", "+254722000001"),
        ("acme.ada", "acme.ada"),
        ("20880", "20880"),
        ("", None),
        ("None", None),
        ("a b", None),
        ("x" * 129, None),
        ("\u202e+254", None),
    ],
)
def test_a_party_is_a_number_with_its_plus_or_a_clients_name(text: str, party: str | None) -> None:
    (event,) = _told(callerNumber=text, destinationNumber=text)
    assert (event.from_number, event.to_number) == (party, party)


@pytest.mark.parametrize(("text", "direction"), [("Inbound", "inbound"), ("OUTBOUND", "outbound"), ("up", None)])
def test_a_direction_is_one_of_two(text: str, direction: str | None) -> None:
    assert _told(direction=text)[0].direction == direction


def test_digits_come_with_the_news_that_the_call_is_live() -> None:
    told = _told(isActive="1", callSessionState="Active", dtmfDigits="12*#a")
    assert [(event.happened, event.digits) for event in told] == [
        (Happened.ANSWERED, None),
        (Happened.DIGITS, "12*#A"),
    ]


@pytest.mark.parametrize("digits", ["", "None", "1 2", "<1>", "1" * 65])
def test_what_no_keypad_can_type_is_left_out(digits: str) -> None:
    assert _happened(isActive="1", callSessionState="Active", dtmfDigits=digits) == [Happened.ANSWERED]


def test_a_recording_comes_after_the_end_that_tells_of_it() -> None:
    told = _told(isActive="0", recordingUrl="http://192.0.2.7:8080/0a1b.mp3", durationInSeconds="5")
    assert [(event.happened, event.recording) for event in told] == [
        (Happened.ENDED, None),
        (Happened.RECORDED, "http://192.0.2.7:8080/0a1b.mp3"),
    ]


def test_a_recording_or_digits_alone_are_no_other_news() -> None:
    assert _happened(recordingUrl="HTTPS://example.com/a.mp3") == [Happened.RECORDED]
    assert _happened(dtmfDigits="1") == [Happened.DIGITS]


@pytest.mark.parametrize(
    "url",
    ["", "None", "file:///etc/passwd", "javascript:alert(1)", "https://a b/", "//x/y.mp3", "https://x/" + "a" * 2000],
)
def test_a_recording_is_a_web_address_or_nothing(url: str) -> None:
    assert _happened(isActive="0", recordingUrl=url) == [Happened.ENDED]


@pytest.mark.parametrize("session", ["", "None", "   ", "a b", "x" * 129, "é", "a\nb"])
def test_without_a_usable_session_nothing_is_told(session: str) -> None:
    assert events({"sessionId": session, "isActive": "0"}, NOW) == []
    assert events({"isActive": "0"}, NOW) == []


_UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
_NAMES = st.sampled_from(
    [
        "sessionId",
        "isActive",
        "callSessionState",
        "eventType",
        "direction",
        "hangupCause",
        "status",
        "durationInSeconds",
        "amount",
        "currencyCode",
        "recordingUrl",
        "dtmfDigits",
        "clientRequestId",
        "callerNumber",
        "destinationNumber",
        "callStartTime",
    ]
)
_VALUES = st.one_of(
    st.text("aZ09 +-.:/*#<&\x00\n\u0663\ud800\U0001f4de", max_size=40),
    st.sampled_from(
        ["0", "1", "None", "", "SessionEnded", "SessionAnswered", "Active", "Completed", "NORMAL_CLEARING"]
    ),
    st.integers().map(str),
    st.just("https://example.com/a.mp3"),
)


@_UNHURRIED
@given(st.dictionaries(_NAMES, _VALUES), st.booleans())
def test_whatever_the_fields_say_the_events_are_sound(fields: dict[str, str], asks: bool) -> None:
    told = events({"sessionId": SESSION, **fields}, NOW, asks_for_instructions=asks)
    for event in told:
        assert 1 <= len(event.carrier_call_id) <= 128
        assert event.occurred_at == NOW
        ended = event.happened is Happened.ENDED
        assert ended or (event.outcome, event.cause, event.duration, event.cost) == (None, None, None, None)
        assert (event.digits is not None) == (event.happened is Happened.DIGITS)
        assert (event.recording is not None) == (event.happened is Happened.RECORDED)
    assert len({event.happened for event in told}) == len(told) <= 3


@_UNHURRIED
@given(st.dictionaries(_NAMES, _VALUES))
def test_a_field_left_empty_is_a_field_left_out(fields: dict[str, str]) -> None:
    given_only = {name: value for name, value in fields.items() if value.strip() not in ("", "None", "null")}
    assert events(fields, NOW) == events(given_only, NOW)
