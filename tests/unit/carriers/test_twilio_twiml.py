"""Instructions as TwiML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.twiml.voice_response import VoiceResponse

from tandem.carriers.instructions import (
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Hold,
    Instruction,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)
from tandem.carriers.twilio_twiml import written
from tests.simulators.twilio_twiml import Verb, Violation, read

NEXT, TOLD = "https://api.example.com/next?a=1&b=2", "https://api.example.com/told#rc=3"
MUSIC = "https://media.example.com/a.mp3"


def _read(*instructions: Instruction) -> list[Verb]:
    return read(written(instructions, TOLD))


def _same_as(official: VoiceResponse) -> list[Verb]:
    return read(official.to_xml())


def test_each_instruction_is_what_the_official_library_writes() -> None:
    official = VoiceResponse()
    official.say("Tom & Ann")
    official.play(MUSIC)
    official.gather(
        input="dtmf", action=NEXT, method="POST", num_digits=4, timeout=5, finish_on_key="*"
    ).play(MUSIC)  # fmt: skip
    official.pause(length=7)
    official.enqueue("support", wait_url=MUSIC, wait_url_method="GET")
    official.redirect(NEXT, method="POST")
    ours = _read(
        Say("Tom & Ann"),
        Play(MUSIC),
        Gather(Play(MUSIC), NEXT, digits=4, timeout=5, finish_on_key="*"),
        Hold(7),
        Enqueue("support", MUSIC),
        Redirect(NEXT),
        Say("never reached"),
    )
    assert ours == _same_as(official)


def test_a_connection_rings_everyone_and_asks_what_to_do_afterwards() -> None:
    official = VoiceResponse()
    dial = official.dial(
        caller_id="+13125550100", timeout=25, time_limit=600, sequential=True, action=NEXT, method="POST",
        record="record-from-answer-dual", recording_status_callback=TOLD,
    )  # fmt: skip
    dial.client("agent_7")
    dial.number("+254722000009")
    dial.sip("sip:ada@pbx.example.com")
    targets = ["client:agent_7", "+254722000009", "ada@pbx.example.com"]
    connect = Connect(targets, "+13125550100", record=True, max_duration=600, callback_url=NEXT, timeout=25)
    assert _read(connect, Say("never reached")) == _same_as(official)


@pytest.mark.parametrize(("asked", "rings"), [(1, "5"), (5, "5"), (30, "30"), (5000, "600")])
def test_a_connection_rings_as_long_as_the_carrier_can(asked: int, rings: str) -> None:
    (dial,) = _read(Connect(["+254722000009"], timeout=asked))
    assert dial.attributes == {"timeout": rings}


@pytest.mark.parametrize("target", ["", "acme.ada", "+1,+2", "client:", "client:a b", "client:a<b", "0722", "+2547x"])
def test_a_target_that_is_none_is_left_out(target: str) -> None:
    (dial,) = _read(Connect([target, "+254722000009"]))
    assert [noun.text for noun in dial.children] == ["+254722000009"]
    assert _read(Connect([target]), Say("Nobody is here")) == [Verb("Say", {}, "Nobody is here")]
    assert _read(Connect([target], callback_url=NEXT)) == [Verb("Redirect", {"method": "POST"}, NEXT)]


def test_at_most_ten_are_rung() -> None:
    (dial,) = _read(Connect([f"+2547220000{number:02d}" for number in range(12)]))
    assert len(dial.children) == 10


def test_a_message_is_recorded_after_its_prompt() -> None:
    say, record = _read(Record(Say("Speak"), NEXT, max_length=90))
    assert say == Verb("Say", {}, "Speak")
    assert record.attributes == {
        "action": NEXT, "method": "POST", "maxLength": "90", "finishOnKey": "#", "playBeep": "true",
        "recordingStatusCallback": TOLD,
    }  # fmt: skip
    assert [verb.name for verb in _read(Record(None, NEXT))] == ["Record"]


def test_waiting_is_heard_and_lasts() -> None:
    assert _read(Hold(9, Say("Please wait"))) == [Verb("Say", {}, "Please wait"), Verb("Pause", {"length": "9"})]


def test_the_list_ends_where_nothing_is_reached() -> None:
    assert _read() == []
    assert [verb.name for verb in _read(HangUp(), Say("a"))] == ["Hangup"]
    assert [verb.name for verb in _read(Reject(), Say("a"))] == ["Reject"]
    assert [verb.name for verb in _read(Say("a"), Reject(), Say("b"))] == ["Say"]


@given(st.text(max_size=80))
def test_a_queue_has_a_name_the_carrier_takes(name: str) -> None:
    (verb,) = _read(Enqueue(name))
    assert 0 < len(verb.text) <= 64


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<Response>",
        "<response/>",
        "<Response>loose</Response>",
        "<Response><Say></Say></Response>",
        "<Response><Hangup/>tail</Response>",
        "<Response><Say a='b'>x</Say></Response>",
        "<Response><Number>+254722000009</Number></Response>",
        "<Response><Dial>+254722000009</Dial></Response>",
        "<Response><Dial timeout='3'><Number>+254722000009</Number></Dial></Response>",
        "<Response><Dial><Number>0722</Number></Dial></Response>",
        "<Response><Gather><Dial/></Gather></Response>",
        "<Response><Say>x</Say><Reject/></Response>",
        "<Response><Hangup/><Say>x</Say></Response>",
        "<Response><Redirect>next.xml</Redirect></Response>",
        "<Response><Play>http://media.example.com/a.mp3</Play></Response>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><Response><Say>&b;</Say></Response>",
        "<Response><GetDigits/></Response>",
    ],
)
def test_what_the_carrier_would_not_understand_is_a_violation(document: str) -> None:
    with pytest.raises(Violation):
        read(document)
