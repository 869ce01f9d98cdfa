"""What a language model is asked, and what of its answer is believed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.carriers.base import Role, Turn
from tandem.reports.models import Findings, Source
from tandem.reports.prompting import LONGEST_TRANSCRIPT, findings, prompt

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def read(answer: str) -> Findings | None:
    return findings(answer, "a-model", 2, NOW)


def test_a_model_is_given_what_was_said_by_whom_line_by_line() -> None:
    turns = [
        Turn("1", Role.AGENT, "Hello,\nhow are  you?", 0, 1, final=True),
        Turn("2", Role.USER, "Fine.", 1, 2, final=True),
        Turn("3", Role.USER, "And", 2, 3, final=False),
    ]
    assert prompt(turns) == "<transcript>\nAgent: Hello, how are you?\nCustomer: Fine.\n</transcript>"


def test_of_a_conversation_that_is_too_long_a_model_is_given_beginning_and_end() -> None:
    turns = [Turn(str(n), Role.USER, f"{n} {'x' * 990}", n, n + 1, final=True) for n in range(200)]
    text = prompt(turns)
    assert len(text) < LONGEST_TRANSCRIPT + 100
    assert "Customer: 0 x" in text
    assert "Customer: 199 x" in text
    assert "\n…\n" in text


@pytest.mark.parametrize("around", ["{}", "```json\n{}\n```", "Here it is:\n{}\nAnything else?"])
def test_an_answer_is_read_with_whatever_is_around_it(around: str) -> None:
    told = (
        '{"title": " Order ", "summary": "She asked.", "successful": true, "extracted_data":'
        ' {"order_no": "12345", "items": 2, "gift": false, "weight": 1.5, "list": [1], "none": null, "empty": " "}}'
    )
    found = read(around.replace("{}", told))
    assert found is not None
    assert (found.source, found.maker, found.transcript_version) == (Source.LANGUAGE_MODEL, "a-model", 2)
    assert (found.title, found.summary, found.successful) == ("Order", "She asked.", True)
    assert found.data == {"order_no": "12345", "items": 2, "gift": False, "weight": 1.5}


@pytest.mark.parametrize(
    "answer",
    ["", "I cannot do that.", "{", "}{", "[]", '{"title": "x"}', '{"summary": ""}', '{"summary": 7}', "{" * 9000 + "}"],
)
def test_an_answer_that_is_no_report_is_none(answer: str) -> None:
    assert read(answer) is None


def test_what_a_model_cannot_tell_or_tells_wrongly_is_left_open() -> None:
    found = read('{"summary": "x", "successful": "yes", "title": 5, "extracted_data": ["a"]}')
    assert found is not None
    assert (found.successful, found.title, found.data) == (None, None, {})


@given(st.text())
def test_whatever_a_model_answers_makes_no_fault(answer: str) -> None:
    read(answer)
    read(f'{{"summary": "x", "extracted_data": {answer}}}')
