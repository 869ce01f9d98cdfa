"""What Telnyx tells, as events of the core."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.base import CarrierEvent, Cost, Cue, Happened, Outcome
from tandem.carriers.telnyx_events import events, moment, resource_events
from tandem.carriers.telnyx_state import State, read, written

CONNECTION, SESSION, LEG = "2900", "v3:abc_-=", "2a7e7b54-4df3-4bca-a65a-3da1ecc777f0"
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TOLD_AT = NOW - timedelta(seconds=5)
OURS = State("tenant.call", Cue(3, 1))


def _told(kind: str, state: State | None = OURS, **payload: Any) -> list[CarrierEvent]:
    about = {"call_control_id": SESSION, "call_leg_id": LEG, "connection_id": CONNECTION}
    client_state = written(state) if state else None
    data = {"event_type": kind, "id": "e1", "occurred_at": "2026-11-21T11:59:55.000000Z"}
    return events({"data": {**data, "payload": {**about, "client_state": client_state, **payload}}}, CONNECTION, NOW)


def _one(kind: str, state: State | None = OURS, **payload: Any) -> CarrierEvent:
    (event,) = _told(kind, state, **payload)
    return event


def test_an_event_names_its_call_its_time_and_where_the_call_stood() -> None:
    assert _one("call.answered") == CarrierEvent(
        Happened.ANSWERED, SESSION, TOLD_AT, "tenant.call", cue=Cue(3, 1), told_id="e1"
    )


@pytest.mark.parametrize(("direction", "ours"), [("incoming", "inbound"), ("outgoing", "outbound"), ("x", None)])
def test_a_call_that_begins_rings(direction: str, ours: str | None) -> None:
    event = _one("call.initiated", None, direction=direction, **{"from": "+1312", "to": "sip:a@b"})
    assert (event.happened, event.direction, event.from_number, event.to_number) == (
        Happened.RINGING, ours, "+1312", "sip:a@b",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "sip", "outcome"),
    [
        ("normal_clearing", "200", None),
        ("time_limit", "unspecified", None),
        ("unspecified", "200", None),
        ("user_busy", "486", Outcome.BUSY),
        ("timeout", "487", Outcome.NO_ANSWER),
        ("no_answer", None, Outcome.NO_ANSWER),
        ("call_rejected", "603", Outcome.DECLINED),
        ("originator_cancel", "487", Outcome.CANCELED),
        ("not_found", "404", Outcome.INVALID_NUMBER),
        ("unspecified", "603", Outcome.DECLINED),
        ("unspecified", "503", Outcome.CARRIER_ERROR),
        ("of_next_year", "999", Outcome.CARRIER_ERROR),
        (None, None, Outcome.CARRIER_ERROR),
    ],
)
def test_an_end_has_its_cause_and_an_outcome_where_that_says_one(
    cause: str | None, sip: str | None, outcome: Outcome | None
) -> None:
    event = _one("call.hangup", hangup_cause=cause, sip_hangup_cause=sip)
    assert (event.happened, event.outcome) == (Happened.ENDED, outcome)
    assert str(event.cause).startswith(cause or "unspecified")


@pytest.mark.parametrize(
    ("cause", "sip", "answered"),
    [("normal_clearing", "200", True), ("time_limit", None, True), ("normal_clearing", "480", False),
     ("timeout", "487", False), ("originator_cancel", None, False)],
)  # fmt: skip
def test_the_other_partys_leg_ends_answered_or_not(cause: str, sip: str | None, answered: bool) -> None:
    leg = State("tenant.call", Cue(3, 0), is_leg=True)
    event = _one("call.hangup", leg, hangup_cause=cause, sip_hangup_cause=sip)
    assert (event.happened, event.leg_answered) == (Happened.LEG_ENDED, answered)
    assert (event.carrier_call_id, event.reference, event.direction) == ("", "tenant.call", "outbound")
    assert _one("call.answered", leg).happened is Happened.LEG_ANSWERED
    assert _told("call.initiated", leg) == []
    assert _told("call.speak.ended", leg, status="completed") == []
    assert _told("call.dtmf.received", leg, digit="1") == []
    assert _told("call.machine.detection.ended", leg, result="machine") == []


def test_a_recording_goes_by_its_id_or_else_its_leg_also_where_the_call_is_not_named() -> None:
    assert _one("call.recording.saved", recording_id="r-1").recording == "r-1"
    event = _one("call.recording.saved", call_control_id=None, recording_urls={"mp3": "https://evil.example/x"})
    assert (event.recording, event.carrier_call_id, event.reference) == (f"leg:{LEG}", "", "tenant.call")
    assert _told("call.recording.saved", None, call_control_id=None) == []
    assert _told("call.recording.saved", call_leg_id=None) == []


@pytest.mark.parametrize(
    ("kind", "payload", "happened", "digits"),
    [
        ("call.gather.ended", {"status": "valid", "digits": "12#"}, Happened.DIGITS, "12#"),
        ("call.gather.ended", {"status": "timeout", "digits": ""}, Happened.DONE, None),
        ("call.gather.ended", {"status": "invalid", "digits": None}, Happened.DONE, None),
        ("call.speak.ended", {"status": "completed"}, Happened.SPOKEN, None),
        ("call.speak.ended", {"status": "cancelled_amd"}, Happened.SPOKEN, None),
        ("call.playback.ended", {"status": "file_not_found"}, Happened.SPOKEN, None),
        ("call.dequeued", {"reason": "timeout"}, Happened.DONE, None),
        ("call.dtmf.received", {"digit": "#"}, Happened.KEY, "#"),
    ],
)
def test_what_was_commanded_comes_to_its_end(
    kind: str, payload: dict[str, Any], happened: Happened, digits: str | None
) -> None:
    event = _one(kind, **payload)
    assert (event.happened, event.digits, event.cue) == (happened, digits, Cue(3, 1))


@pytest.mark.parametrize("kind", ["call.gather.ended", "call.speak.ended", "call.playback.ended"])
def test_what_ends_with_the_call_or_was_not_ours_leads_nowhere(kind: str) -> None:
    assert _told(kind, status="call_hangup") == []
    assert _told(kind, State("tenant.call"), status="completed") == []
    assert _told("call.dequeued", reason="hangup") == []


@pytest.mark.parametrize(
    ("kind", "result", "machine"),
    [("call.machine.detection.ended", "machine", True), ("call.machine.detection.ended", "human", False),
     ("call.machine.detection.ended", "not_sure", False),
     ("call.machine.premium.detection.ended", "fax_detected", True),
     ("call.machine.premium.detection.ended", "human_residence", False)],
)  # fmt: skip
def test_a_machine_that_answers_is_told_of(kind: str, result: str, machine: bool) -> None:
    told = _told(kind, result=result)
    assert [(event.happened, event.outcome) for event in told] == [(Happened.MACHINE, Outcome.VOICEMAIL)] * machine


@pytest.mark.parametrize(
    ("amount", "currency", "cost"),
    [("0.0140", "usd", Cost("0.0140", "USD")), ("1E-3", "USD", Cost("0.001", "USD")), ("-1", "USD", None),
     ("NaN", "USD", None), ("x", "USD", None), (0.5, "USD", None), ("0.1", "dollars", None), ("9" * 40, "USD", None)],
)  # fmt: skip
def test_a_price_comes_after_the_end(amount: Any, currency: str, cost: Cost | None) -> None:
    told = _told("call.cost", status="success", total_cost=amount, cost_parts=[{"currency": currency}])
    assert [event.cost for event in told] == ([cost] if cost else [])
    assert _told("call.cost", status="error", total_cost="1", cost_parts=[{"currency": "USD"}]) == []


def test_calls_of_the_accounts_other_connections_are_none_of_ours() -> None:
    assert _told("call.answered", None, connection_id="2901") == []
    assert _one("call.answered", connection_id="2901").reference == "tenant.call"
    assert _one("call.answered", None, connection_id=None).carrier_call_id == SESSION


@pytest.mark.parametrize("told", [None, [], {}, {"data": None}, {"data": {"event_type": "call.answered"}},
                                  {"data": {"event_type": "call.answered", "payload": []}},
                                  {"name": "call.answered", "type": "webhook", "metadata": {}}])  # fmt: skip
def test_what_is_no_webhook_tells_nothing(told: Any) -> None:
    assert events(told, CONNECTION, NOW) == []


@pytest.mark.parametrize(
    ("text", "at"),
    [("2026-11-21T11:59:55.000000Z", TOLD_AT), ("2026-11-21T12:59:55+01:00", TOLD_AT), ("2026-11-21T11:59:55", None),
     ("yesterday", None), (None, None), (5, None), ("9999-12-31T23:59:59-14:00", None)],
)  # fmt: skip
def test_a_time_has_a_zone(text: Any, at: datetime | None) -> None:
    assert moment(text) == at


def test_a_calls_resource_tells_of_its_end_and_of_nothing_before_it() -> None:
    over = {"is_alive": False, "end_time": "2026-11-21T11:59:55Z"}
    assert resource_events(over, SESSION) == [CarrierEvent(Happened.ENDED, SESSION, TOLD_AT)]
    assert resource_events({"is_alive": False}, SESSION) == []
    assert resource_events({**over, "is_alive": True}, SESSION) == []


_states = st.builds(
    State,
    st.from_regex(r"[0-9a-f.-]{1,80}", fullmatch=True),
    st.none() | st.builds(Cue, st.integers(0, 99_999), st.integers(0, 999)),
    st.booleans(),
)


@given(_states)
def test_a_state_comes_back_as_it_was_given(state: State) -> None:
    assert read(written(state)) == state


@given(st.text() | st.binary() | st.none() | st.integers())
def test_anything_else_is_no_state_or_one_that_is_written_so(text: Any) -> None:
    state = read(text)
    assert state is None or read(written(state)) == state
