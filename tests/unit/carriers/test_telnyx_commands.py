"""Instructions as Telnyx's commands."""

from typing import Any

import pytest

from tandem.carriers.instructions import (
    Answer,
    Command,
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
    StopRecording,
    steps,
)
from tandem.carriers.telnyx_commands import action, spoken
from tests.simulators.telnyx_commands import read

VOICE = "Telnyx.KokoroTTS.af"
URL = "https://api.example.com/next"
MEDIA = "https://media.example.com/a.mp3"


def _written(command: Command) -> tuple[str, dict[str, Any]] | None:
    made = action(command, VOICE)
    if made is None:
        return None
    if not str(made.body.get("to", "")).startswith("client:"):
        read(made.name, made.body)
    return made.name, made.body


@pytest.mark.parametrize(
    ("command", "name", "body"),
    [
        (Answer(), "answer", {}),
        (Reject(), "reject", {"cause": "CALL_REJECTED"}),
        (HangUp(), "hangup", {}),
        (StopRecording(), "record_stop", {}),
        (Say("Hello"), "speak", {"payload": "Hello", "voice": VOICE}),
        (Play(MEDIA), "playback_start", {"audio_url": MEDIA}),
        (Hold(8), "gather", {"initial_timeout_millis": 8000, "timeout_millis": 8000}),
        (Hold(0), "gather", {"initial_timeout_millis": 1000, "timeout_millis": 1000}),
        (Enqueue("x" * 70), "enqueue", {"queue_name": "x" * 64}),
        (Record(None, URL, max_length=5), "record_start",
         {"format": "mp3", "channels": "single", "max_length": 5, "play_beep": True}),
        (Connect(["+254722000001"]), "transfer", {"to": "+254722000001", "timeout_secs": 30}),
        (Connect(["nobody,", "ada@example.com"], timeout=1), "transfer",
         {"to": "sip:ada@example.com", "timeout_secs": 5}),
        (Connect(["client:ada_1"], "+13125550100", record=True, max_duration=5, timeout=900), "transfer",
         {"to": "client:ada_1", "timeout_secs": 600, "from": "+13125550100", "time_limit_secs": 30,
          "record": "record-from-answer", "record_channels": "dual", "record_format": "mp3"}),
    ],
)  # fmt: skip
def test_an_instruction_is_one_command(command: Command, name: str, body: dict[str, Any]) -> None:
    assert _written(command) == (name, body)


@pytest.mark.parametrize("command", [Redirect(URL), Connect([]), Connect(["nobody,", "+254722000001,+254722000002"])])
def test_a_question_and_a_connect_to_nobody_are_none(command: Command) -> None:
    assert _written(command) is None


@pytest.mark.parametrize(("finish", "terminating"), [("#", "#"), ("*", "*"), ("", "D")])
def test_keys_are_gathered_in_one_try(finish: str, terminating: str) -> None:
    gather = Gather(Say("Press 1"), URL, digits=4, timeout=7, finish_on_key=finish)
    keys = {"minimum_digits": 1, "maximum_digits": 4, "maximum_tries": 1, "timeout_millis": 7000,
            "valid_digits": "0123456789#*", "terminating_digit": terminating}  # fmt: skip
    assert _written(gather) == ("gather_using_speak", {"payload": "Press 1", "voice": VOICE, **keys})
    played = Gather(Play(MEDIA), URL, digits=4, timeout=7, finish_on_key=finish)
    assert _written(played) == ("gather_using_audio", {"audio_url": MEDIA, **keys})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\x00b\n c", "a b c"),
        ("\ud800", "…"),
        ("", "…"),
        ("  ", "…"),
        ("é\U0001f4de", "é\U0001f4de"),
        ("x" * 4000, "x" * 3000),
    ],
)
def test_a_text_is_said_without_what_cannot_be(text: str, said: str) -> None:
    assert spoken(text) == said


@pytest.mark.parametrize(
    ("listed", "single"),
    [
        ([], []),
        ([Say("A."), Say("B."), HangUp()], [Say("A. B."), HangUp()]),
        ([Say("A."), Record(Say("B."), URL)], [Say("A. B."), Record(None, URL)]),
        ([Hold(5, Play(MEDIA)), Redirect(URL)], [Play(MEDIA), Hold(5), Redirect(URL)]),
        ([Say("A."), Gather(Say("B."), URL)], [Say("A."), Gather(Say("B."), URL)]),
    ],
)
def test_instructions_are_given_one_by_one(listed: list[Instruction], single: list[Instruction]) -> None:
    assert steps(listed) == single
    assert steps(single) == single
