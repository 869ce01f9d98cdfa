"""Reports that nobody judged: figures of the talk, sentences picked out, and what is recognised by its form."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.calls.models import Call
from tandem.carriers.base import Outcome, Role, Turn
from tandem.reports.extract import extracted, recognised
from tandem.reports.models import Source, talk_time

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def a_call(outcome: Outcome | None = Outcome.ANSWERED_HUMAN, cause: str | None = None) -> Call:
    return Call(
        "call", "tenant", "conversation", "customer", "outbound", "+13125550100", "+254722000001", "elevenlabs", NOW,
        ended_at=NOW, told_outcome=outcome, told_cause=cause,
    )  # fmt: skip


def turn(role: Role, text: str, start: float = 0, end: float | None = None, *, final: bool = True) -> Turn:
    return Turn(f"{role}{start}{text[:8]}", role, text, start, end, final)


def talk(*texts: str) -> list[Turn]:
    return [turn(Role.USER if n % 2 else Role.AGENT, text, n, n + 1) for n, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("turns", "agent", "user", "share"),
    [
        ([], 0, 0, (0, 0)),
        (talk("a", "b", "c"), 2, 1, (67, 33)),
        ([turn(Role.USER, "x", 5, 3)], 0, 0, (0, 0)),
        ([turn(Role.AGENT, "x" * 30)], 2, 0, (100, 0)),
        ([turn(Role.USER, "x" * 15), turn(Role.AGENT, "y", 1, 4)], 3, 1, (75, 25)),
    ],
)
def test_the_talk_is_split_by_who_spoke_for_how_long(
    turns: list[Turn], agent: float, user: float, share: tuple[int, int]
) -> None:
    assert talk_time(turns) == {
        "agent_seconds": agent, "user_seconds": user, "agent_percent": share[0], "user_percent": share[1]
    }  # fmt: skip


def test_what_has_most_to_do_with_the_rest_is_picked_in_its_order() -> None:
    turns = talk(
        "Hello, this is Acme.", "Hi.", "How can I help you today?", "Where is my order of the blue shoes?",
        "The order of blue shoes number 4711 arrives tomorrow.", "Oh.", "Anything else?", "No. Bye.",
    )  # fmt: skip
    found = extracted(a_call(), turns, 3, NOW)
    assert found.summary == (
        "Agent: How can I help you today? Customer: Where is my order of the blue shoes? "
        "Agent: The order of blue shoes number 4711 arrives tomorrow."
    )
    assert (found.source, found.transcript_version, found.successful) == (Source.EXTRACT, 3, None)


def test_what_is_not_final_is_not_reported() -> None:
    found = extracted(a_call(), [turn(Role.USER, "Where is", final=False)], 0, NOW)
    assert found.summary == "The call was answered; what was said is not known."


def test_a_sentence_without_end_is_cut() -> None:
    found = extracted(a_call(), [turn(Role.USER, "word " * 400)], 1, NOW)
    assert len(found.summary) < 260
    assert found.summary.endswith("…")


def test_what_is_recognised_by_its_form_is_told_once_and_of_one_kind() -> None:
    said = recognised(
        talk(
            "My e-mail is asha@example.com, asha@example.com!",
            "Call +254 722 000 001, or else mail x.y+z@mail.example.co.ke.",
            "It was $1,299.50 on 2026-01-05, order AB-12345, and 300 shillings on 5/1/2026.",
            "Room 7 of 12 is free.",
        )
    )
    assert said == {
        "emails": ["asha@example.com", "x.y+z@mail.example.co.ke"], "phone_numbers": ["+254 722 000 001"],
        "amounts": ["$1,299.50", "300 shillings"], "dates": ["2026-01-05", "5/1/2026"], "references": ["AB-12345"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "cause", "summary"),
    [
        (Outcome.BUSY, None, "The line was busy."),
        (Outcome.NO_ANSWER, "x", "Nobody answered."),
        (Outcome.DECLINED, None, "The call was declined."),
        (Outcome.INVALID_NUMBER, None, "The number cannot be reached."),
        (Outcome.CANCELED, None, "The call was cancelled."),
        (Outcome.VOICEMAIL, None, "A mailbox answered."),
        (Outcome.CARRIER_ERROR, "Quota exceeded", "The call failed: Quota exceeded."),
        (Outcome.CARRIER_ERROR, None, "The call failed."),
        (None, None, "The call failed."),
    ],
)
def test_a_call_without_a_word_is_reported_by_how_it_ended(
    outcome: Outcome | None, cause: str | None, summary: str
) -> None:
    assert extracted(a_call(outcome, cause), [], 0, NOW).summary == summary


@given(st.lists(st.text(max_size=300), max_size=8))
def test_whatever_is_said_there_is_a_report(texts: list[str]) -> None:
    found = extracted(a_call(), talk(*texts), 1, NOW)
    assert found.summary
    assert len(found.summary) < 3 * 260
