"""What is said in the sandbox's calls: as long as they last, and told as it is said."""

import json

import pytest

from tandem.carriers.base import Happened, Role
from tandem.carriers.sandbox import SCRIPTS
from tandem.carriers.sandbox_talk import MESSAGE, Words, comment, heard_of, live, talk, written

ANSWERING = {
    number: step.duration
    for number, script in SCRIPTS.items()
    for step in script.steps
    if step.happened == Happened.ENDED and step.duration
}


@pytest.mark.parametrize("number", ANSWERING)
def test_a_conversation_lasts_as_long_as_its_call(number: str) -> None:
    said = talk(number)
    assert said.seconds == ANSWERING[number]
    assert said.lines[0].start >= 0
    assert said.lines[-1].end <= said.seconds
    for line, following in zip(said.lines, said.lines[1:], strict=False):
        assert line.start < line.end <= following.start
        assert line.role != following.role


@pytest.mark.parametrize("number", ANSWERING)
def test_it_is_told_while_the_call_lasts_with_its_end_at_last(number: str) -> None:
    words = live(number, None)
    assert [each.finished for each in words] == [False] * (len(words) - 1) + [True]
    assert [each.told for each in words] == sorted(each.told for each in words)
    assert words[0].told >= 1
    assert words[-2].told <= talk(number).seconds < words[-1].told
    final = {turn.turn_id: turn.text for each in words for turn in each.turns if turn.final}
    assert list(dict(sorted(final.items())).values()) == [line.text for line in talk(number).lines]


def test_a_turn_is_partial_before_it_is_final() -> None:
    told = [(each.told, turn.final, turn.text) for each in live("+15005550001", None) for turn in each.turns]
    about = [entry for entry in told if entry[2].startswith("Where is")]
    assert about == [(2, False, "Where is my"), (3, True, "Where is my order, please?")]


def test_a_tool_is_used_and_then_done() -> None:
    told = [tool.succeeded for each in live("+15005550001", None) for tool in each.tool_calls]
    assert told == [None, True]
    assert [tool.succeeded for each in live("+15005550009", None) for tool in each.tool_calls][-1] is False


def test_the_agent_says_its_own_first_message() -> None:
    turns = [turn for each in live("+15005550001", "Good morning, Ada!") for turn in each.turns if turn.final]
    first = min(turns, key=lambda turn: turn.start)
    assert (first.role, first.text) == (Role.AGENT, "Good morning, Ada!")


def test_one_number_tells_it_in_disorder_and_twice() -> None:
    turns = [turn for each in live("+15005550008", None) for turn in each.turns]
    assert len(turns) > len({(turn.turn_id, turn.final) for turn in turns})
    assert [turn.start for turn in turns] != sorted(turn.start for turn in turns)


@pytest.mark.parametrize("words", live("+15005550001", "Hello!"))
def test_a_message_says_what_was_meant(words: Words) -> None:
    message = json.loads(json.dumps({"session": "S1", "reference": "t.c", "said": written(words)}))
    heard = heard_of(message)
    assert heard is not None
    assert (heard.carrier_call_id, heard.reference) == ("S1", "t.c")
    assert (tuple(heard.turns), tuple(heard.tool_calls)) == (words.turns, words.tool_calls)
    assert heard.finished == words.finished


@pytest.mark.parametrize(
    "message", [{}, [], None, "x", {"session": "s", "said": None}, {"session": "s", "said": {"turns": [{}]}},
                {"session": "s", "said": {"turns": [], "tool_calls": [1], "finished": False}}]
)  # fmt: skip
def test_what_says_nothing_of_a_conversation_is_none(message: object) -> None:
    assert heard_of(message) is None


def test_the_comment_of_a_recording_tells_who_says_what() -> None:
    assert json.loads(comment(MESSAGE)) == [{"role": "user", "text": MESSAGE.lines[0].text, "start": 0.2, "end": 3.8}]
