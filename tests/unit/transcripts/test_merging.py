"""However the news of a conversation comes, the same transcript is left."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tandem.transcripts.merging import LONGEST_TEXT, finished, heard, judged
from tandem.transcripts.models import Header, Held, Role, Sentiment, Summary, ToolCall, Turn
from tandem.transcripts.views import view

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HELLO = Turn("1", Role.AGENT, "Hello, how can I help?", 0.0, 1.0, final=True)
WHERE = Turn("2", Role.USER, "Where is my order?", 1.5, 2.5, final=True)
STREAM = [
    HELLO,
    replace(WHERE, text="Where", end=1.8, final=False),
    replace(WHERE, text="Where is my", end=2.2, final=False),
    WHERE,
    Turn("3", Role.AGENT, "It is", 3.0, None, final=False),
]
TRIED = ToolCall("t", "find_order", '{"order": 7}', None, 2.6)
SUCCEEDED = replace(TRIED, succeeded=True)


def hear(held: Held, *turns: Turn, tools: tuple[ToolCall, ...] = ()) -> Held:
    return heard(held, "sandbox", turns, tools, NOW)


def one_by_one(turns: tuple[Turn, ...] | list[Turn]) -> Held:
    held = Held()
    for turn in turns:
        held = hear(held, turn)
    return held


def content(held: Held) -> list[Turn]:
    return sorted((replace(turn, sequence=0) for turn in held.turns.values()), key=lambda turn: turn.start)


def test_every_order_of_what_is_streamed_leaves_the_same_turns() -> None:
    for order in permutations(STREAM):
        assert content(one_by_one(order)) == [HELLO, WHERE, STREAM[-1]]


@given(st.lists(st.sampled_from(STREAM), max_size=30))
def test_sequences_have_no_gaps_and_the_last_is_the_highest(told: list[Turn]) -> None:
    held, seen = Held(), []
    for turn in told:
        before, held = held, hear(held, turn)
        seen += [one.sequence for name, one in held.turns.items() if before.turns.get(name) != one]
    assert seen == list(range(1, len(seen) + 1))
    assert (held.header.sequence if held.header else 0) == len(seen)


def test_what_was_heard_before_changes_nothing() -> None:
    held = one_by_one(STREAM)
    assert all(hear(held, turn) is held for turn in STREAM)


def test_a_final_turn_is_neither_changed_nor_made_partial_again() -> None:
    held = hear(Held(), WHERE)
    assert hear(held, replace(WHERE, text="Something else", end=9.0)) is held
    assert hear(held, replace(WHERE, text="Where is my order, and more", end=9.0, final=False)) is held


@pytest.mark.parametrize("order", [(TRIED, SUCCEEDED), (SUCCEEDED, TRIED), (SUCCEEDED, SUCCEEDED, TRIED)])
def test_a_tool_is_counted_once_with_what_came_of_it(order: tuple[ToolCall, ...]) -> None:
    held = Held()
    for tool in order:
        held = hear(held, tools=(tool,))
    assert held.header is not None
    assert held.header.summary == Summary(1, 1, None)
    assert dict(held.tools) == {"t": SUCCEEDED}


def test_what_came_of_a_tool_first_stays() -> None:
    failed = hear(Held(), tools=(replace(TRIED, succeeded=False),))
    assert hear(failed, tools=(SUCCEEDED,)) is failed


def test_of_parts_that_were_not_looked_up_nothing_is_forgotten_in_the_count() -> None:
    header = Header("sandbox", tools=5, tools_succeeded=3)
    after = hear(Held(header), tools=(SUCCEEDED,)).header
    assert after is not None
    assert (after.tools, after.tools_succeeded) == (6, 4)


def test_finishing_again_has_no_effect() -> None:
    once = finished(one_by_one(STREAM), "sandbox", NOW)
    assert (once.header and once.header.version, once.header and once.header.finished_at) == (1, NOW)
    assert finished(once, "sandbox", datetime(2026, 1, 2, tzinfo=UTC)) is once


def test_a_conversation_without_a_word_can_be_finished() -> None:
    held = finished(Held(), "sandbox", NOW)
    transcript = held.transcript("t", "c")
    assert transcript is not None
    assert (transcript.turns, transcript.version, transcript.finished_at) == ((), 1, NOW)


def test_the_whole_transcript_takes_the_place_of_what_was_streamed_before_or_comes_late() -> None:
    whole = [HELLO, replace(WHERE, text="Where's my order?")]
    before = finished(one_by_one(STREAM), "sandbox", NOW, turns=whole, tools=[SUCCEEDED])
    late = finished(Held(), "sandbox", NOW, turns=whole, tools=[SUCCEEDED])
    for turn in STREAM:
        late = hear(late, turn)
    assert content(before) == content(late) == whole
    assert before.header is not None
    assert before.header.summary == Summary(1, 1, None)
    assert late.header is not None
    assert late.header.version == 1


def test_turns_that_the_whole_says_the_same_of_are_no_change_for_those_who_listen() -> None:
    streamed = one_by_one(STREAM)
    whole = finished(streamed, "sandbox", NOW, turns=[HELLO, replace(WHERE, text="Where's my order?")])
    assert streamed.header is not None
    assert whole.turns["1"] == streamed.turns["1"]
    assert whole.turns["2"].sequence == streamed.header.sequence + 1
    assert "3" not in whole.turns


def test_another_content_is_another_version_and_its_mood_is_open_again() -> None:
    first = finished(Held(), "sandbox", NOW, turns=[HELLO], sentiment=Sentiment.POSITIVE)
    second = finished(first, "sandbox", NOW, turns=[HELLO, WHERE])
    assert first.header is not None
    assert second.header is not None
    assert (first.header.version, first.header.sentiment) == (1, Sentiment.POSITIVE)
    assert (second.header.version, second.header.sentiment) == (2, None)
    assert second.header.finished_at == first.header.finished_at


def test_a_final_turn_that_comes_late_finishes_the_transcript_anew() -> None:
    early = finished(hear(Held(), HELLO), "sandbox", NOW)
    late = hear(early, WHERE)
    assert late.header is not None
    assert late.header.version == 2
    assert content(late) == [HELLO, WHERE]


def test_a_partial_turn_that_comes_late_does_not() -> None:
    early = finished(hear(Held(), HELLO), "sandbox", NOW)
    late = hear(early, replace(WHERE, final=False))
    assert late.header is not None
    assert late.header.version == 1


def test_the_providers_mood_is_taken_whenever_it_comes() -> None:
    silent = finished(hear(Held(), HELLO), "sandbox", NOW)
    told = finished(silent, "sandbox", NOW, sentiment=Sentiment.NEGATIVE)
    assert told.header is not None
    assert (told.header.sentiment, told.header.version) == (Sentiment.NEGATIVE, 1)
    assert finished(told, "sandbox", NOW) is told


def test_a_mood_is_written_once_and_to_its_own_version_only() -> None:
    header = Header("sandbox", version=2)
    once = judged(header, 2, Sentiment.POSITIVE)
    assert once.sentiment == Sentiment.POSITIVE
    assert judged(once, 2, Sentiment.NEGATIVE) is once
    assert judged(header, 1, Sentiment.NEGATIVE) is header


@pytest.mark.parametrize(
    ("start", "end", "kept"),
    [(-1.0, -2.0, (0.0, 0.0)), (float("nan"), None, (0.0, None)), (1.23456, 0.5, (1.235, 1.235)),
     (2.0, float("inf"), (2.0, 2.0))],
)  # fmt: skip
def test_times_are_those_of_a_call(start: float, end: float | None, kept: tuple[float, float | None]) -> None:
    (turn,) = hear(Held(), replace(HELLO, start=start, end=end)).turns.values()
    assert (turn.start, turn.end) == kept


def test_strange_text_is_kept_as_far_as_it_can_be_written() -> None:
    odd = [replace(HELLO, text="a\ud800b"), replace(WHERE, text=" \n "), replace(WHERE, turn_id="9", text="x" * 20_000)]
    held = hear(Held(), *odd)
    assert [turn.text for turn in held.turns.values()] == ["a?b", "x" * LONGEST_TEXT]


def test_the_arguments_of_a_tool_stay_json() -> None:
    held = hear(Held(), tools=(replace(TRIED, arguments=json.dumps({"text": "x" * 20_000})),))
    assert json.loads(held.tools["t"].arguments).startswith('{"text": "xxx')


def test_a_transcript_is_shown_in_the_order_in_which_it_was_said_without_partial_turns() -> None:
    held = finished(one_by_one(STREAM[::-1]), "sandbox", NOW, tools=[SUCCEEDED])
    transcript = held.transcript("t", "c")
    assert transcript is not None
    assert view(transcript) == {
        "call_id": "c", "source": "sandbox", "version": 1, "sentiment": None, "truncated": False,
        "finished_at": "2026-01-01T00:00:00.000Z",
        "turns": [
            {"role": "agent", "text": "Hello, how can I help?", "start": 0.0, "end": 1.0},
            {"role": "user", "text": "Where is my order?", "start": 1.5, "end": 2.5},
        ],
        "tool_calls": [{"name": "find_order", "arguments": '{"order": 7}', "succeeded": True, "at": 2.6}],
    }  # fmt: skip


def test_what_is_too_long_to_be_told_is_told_as_far_as_it_goes() -> None:
    many = [replace(HELLO, turn_id=str(number), start=float(number), text="x" * 900) for number in range(100)]
    transcript = finished(Held(), "sandbox", NOW, turns=many).transcript("t", "c")
    assert transcript is not None
    shown = view(transcript, largest=10_000)
    assert shown["truncated"] is True
    assert [turn["start"] for turn in shown["turns"]] == [float(number) for number in range(len(shown["turns"]))]
    assert 9_000 < len(json.dumps(shown["turns"])) <= 10_100
