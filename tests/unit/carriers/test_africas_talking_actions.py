"""Instructions as Africa's Talking's XML."""

import random
import re
from collections.abc import Callable, Sequence

import pytest

from tandem.carriers.africas_talking_actions import written
from tandem.carriers.instructions import (
    Connect,
    Enqueue,
    Gather,
    HangUp,
    Instruction,
    Play,
    Record,
    Redirect,
    Reject,
    Say,
)
from tests.simulators.africas_talking_actions import Action, read

CALLBACK = "https://hooks.example.com/voice/instruct?token=a&menu=b"
TUNE = "https://media.example.com/hold.mp3"


def test_a_sentence_is_written_as_published() -> None:
    assert written([Say("Welcome to the service.")]) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n  <Say>Welcome to the service.</Say>\n</Response>'
    )


@pytest.mark.parametrize(
    ("instruction", "action"),
    [
        (Say("Hello"), Action("Say", text="Hello")),
        (Play(TUNE), Action("Play", {"url": TUNE})),
        (
            Gather(Say("Press 1"), CALLBACK, digits=2, timeout=5, finish_on_key="*"),
            Action(
                "GetDigits",
                {"numDigits": "2", "timeout": "5", "finishOnKey": "*", "callbackUrl": CALLBACK},
                prompt=Action("Say", text="Press 1"),
            ),
        ),
        (
            Gather(Play(TUNE), CALLBACK),
            Action(
                "GetDigits",
                {"numDigits": "1", "timeout": "10", "finishOnKey": "#", "callbackUrl": CALLBACK},
                prompt=Action("Play", {"url": TUNE}),
            ),
        ),
        (
            Connect(["+254722000001", "acme.ada", "ada@ke.sip.africastalking.com"]),
            Action(
                "Dial",
                {"phoneNumbers": "+254722000001,acme.ada,ada@ke.sip.africastalking.com", "sequential": "true"},
            ),
        ),
        (
            Connect(["+254722000001"], "+254711000000", record=True, sequential=False, max_duration=60),
            Action(
                "Dial",
                {
                    "phoneNumbers": "+254722000001",
                    "record": "true",
                    "sequential": "false",
                    "callerId": "+254711000000",
                    "maxDuration": "60",
                },
            ),
        ),
        (
            Record(Say("Speak"), CALLBACK, max_length=30, finish_on_key="*"),
            Action(
                "Record",
                {
                    "finishOnKey": "*",
                    "maxLength": "30",
                    "trimSilence": "true",
                    "playBeep": "true",
                    "callbackUrl": CALLBACK,
                },
                prompt=Action("Say", text="Speak"),
            ),
        ),
        (Enqueue("support"), Action("Enqueue", {"name": "support"})),
        (Enqueue("support", TUNE), Action("Enqueue", {"name": "support", "holdMusic": TUNE})),
        (Redirect(CALLBACK), Action("Redirect", text=CALLBACK)),
        (Reject(), Action("Reject")),
    ],
)
def test_each_instruction_has_its_action(instruction: Instruction, action: Action) -> None:
    assert read(written([instruction])) == [action]


def test_a_recording_needs_no_prompt() -> None:
    (action,) = read(written([Record(None, CALLBACK)]))
    assert (action.name, action.prompt) == ("Record", None)


@pytest.mark.parametrize(
    ("instructions", "names"),
    [
        ([], []),
        ([HangUp()], []),
        ([Say("a"), HangUp(), Say("b")], ["Say"]),
        ([Say("a"), Redirect(CALLBACK), Say("b")], ["Say", "Redirect"]),
        ([Reject(), Say("a")], ["Reject"]),
        ([Say("a"), Reject(), Say("b")], ["Say"]),
        ([Say("a"), Play(TUNE), Say("b")], ["Say", "Play", "Say"]),
    ],
)
def test_nothing_is_written_that_could_not_be_reached(instructions: Sequence[Instruction], names: list[str]) -> None:
    assert [action.name for action in read(written(instructions))] == names


def test_a_target_with_a_comma_dials_nobody_else() -> None:
    actions = read(written([Connect(["+254722000001,+1900123456", "+254722000002", ""])]))
    assert actions[0].attributes["phoneNumbers"] == "+254722000002"
    assert read(written([Connect(["+254722000001,+1900123456"])])) == []


def _any_text(chance: random.Random) -> str:
    ranges = [(0, 0x20), (0x20, 0x7F), (0x80, 0xD800), (0xD800, 0xE000), (0xE000, 0xFFFE), (0xFFFE, 0x10000)]
    ranges += [(0x10000, 0x110000), (0x26, 0x3F)]
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(chance.randrange(24)))


_PLACES: Sequence[Callable[[str], Instruction]] = (
    Say,
    Play,
    Redirect,
    Enqueue,
    lambda text: Enqueue("q", text),
    lambda text: Gather(Say(text), text, finish_on_key=text),
    lambda text: Gather(Play(text), CALLBACK),
    lambda text: Connect([text, text], caller_id=text),
    lambda text: Record(Say(text), text, finish_on_key=text),
)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def test_ten_thousand_texts_in_every_place_stay_well_formed_and_are_heard_as_they_are() -> None:
    from xml.etree import ElementTree

    chance = random.Random(4)
    for number in range(10_000):
        text = _any_text(chance)
        document = written([Say(text), _PLACES[number % len(_PLACES)](text)])
        root = ElementTree.fromstring(document.encode("utf-8"))
        heard = _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
        assert (root[0].text or "") == heard
        assert root.tag == "Response"
        assert len(root) <= 2
