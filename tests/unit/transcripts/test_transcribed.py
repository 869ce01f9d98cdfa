"""What Amazon Transcribe writes, read as turns."""

import json
from typing import Any

import pytest

from tandem.transcripts.models import Role, Turn
from tandem.transcripts.transcribed import FIRST, LONGEST, Unreadable, turns

ROLES = {"ch_0": Role.USER, "ch_1": Role.AGENT}


def word(start: float, end: float, text: str, **more: Any) -> dict[str, Any]:
    times = {"start_time": f"{start:.2f}", "end_time": f"{end:.2f}"}
    return {"type": "pronunciation", **times, "alternatives": [{"confidence": "0.99", "content": text}], **more}


def mark(text: str) -> dict[str, Any]:
    return {"type": "punctuation", "alternatives": [{"confidence": "0.0", "content": text}]}


def by_channel(**channels: list[dict[str, Any]]) -> bytes:
    labelled = [{"channel_label": label, "items": items} for label, items in channels.items()]
    return json.dumps({"results": {"channel_labels": {"channels": labelled}, "items": []}}).encode()


def by_voice(*words: tuple[str, dict[str, Any]], on_items: bool = False) -> bytes:
    """`on_items`: the label stands with each word, as the service writes it since 2023; else in segments alone."""
    items = [{**one, "speaker_label": voice} if on_items else one for voice, one in words]
    segments = [
        {"speaker_label": voice, "items": [{"start_time": one["start_time"], "speaker_label": voice}]}
        for voice, one in words
        if "start_time" in one
    ]
    return json.dumps({"results": {"items": items, "speaker_labels": {"segments": segments}}}).encode()


def told(found: list[Turn]) -> list[tuple[Role, str, float, float | None]]:
    return [(turn.role, turn.text, turn.start, turn.end) for turn in found]


def test_each_channel_is_somebody_and_turns_come_as_they_begin() -> None:
    document = by_channel(
        ch_0=[word(0.1, 0.4, "Hello"), mark("?"), word(3.0, 3.2, "Fine"), mark("."), word(3.3, 3.6, "Thanks")],
        ch_1=[word(0.8, 1.0, "How"), word(1.0, 1.1, "are"), word(1.1, 1.4, "you"), mark("?")],
    )
    assert told(turns(document, ROLES, Role.USER)) == [
        (Role.USER, "Hello?", 0.1, 0.4),
        (Role.AGENT, "How are you?", 0.8, 1.4),
        (Role.USER, "Fine. Thanks", 3.0, 3.6),
    ]


def test_who_talks_at_the_same_time_is_not_torn_apart() -> None:
    document = by_channel(
        ch_0=[word(0.0, 0.5, "I"), word(0.6, 1.0, "would"), word(1.1, 1.5, "like")],
        ch_1=[word(0.7, 0.9, "Yes")],
    )
    assert [text for _, text, _, _ in told(turns(document, ROLES, Role.USER))] == ["I would like", "Yes"]


@pytest.mark.parametrize("on_items", [True, False])
@pytest.mark.parametrize(("first", "then"), [(Role.AGENT, Role.USER), (Role.USER, Role.AGENT)])
def test_of_voices_the_first_is_who_begins_such_a_call(first: Role, then: Role, *, on_items: bool) -> None:
    document = by_voice(
        ("spk_1", word(0.0, 0.4, "Hello")), ("spk_1", mark(".")), ("spk_0", word(1.0, 1.5, "Hi")),
        ("spk_1", word(2.0, 2.5, "Bye")), on_items=on_items,
    )  # fmt: skip
    roles = {"spk_0": then, "spk_1": then, FIRST: first}
    assert [(role, text) for role, text, _, _ in told(turns(document, roles, Role.USER))] == [
        (first, "Hello."), (then, "Hi"), (first, "Bye"),
    ]  # fmt: skip


def test_a_channel_stays_who_it_is_whoever_begins() -> None:
    document = by_channel(ch_0=[word(5.0, 5.5, "Hello")], ch_1=[word(1.0, 1.5, "Hello")])
    roles = {**ROLES, FIRST: Role.USER}
    assert [role for role, *_ in told(turns(document, roles, Role.USER))] == [Role.AGENT, Role.USER]


def test_who_speaks_alone_needs_no_label() -> None:
    document = json.dumps({"results": {"items": [word(0, 1, "Call"), word(1, 2, "me"), mark("!")]}}).encode()
    assert told(turns(document, {}, Role.USER)) == [(Role.USER, "Call me!", 0.0, 2.0)]


def test_a_speech_without_pauses_is_divided_where_a_sentence_ends() -> None:
    items: list[dict[str, Any]] = []
    for second in range(100):
        items.append(word(second, second + 0.9, f"w{second}"))
        if second % 10 == 9:
            items.append(mark("."))
    found = turns(json.dumps({"results": {"items": items}}).encode(), {}, Role.USER)
    assert [turn.text.split()[0] for turn in found] == ["w0", "w60"]
    assert all((turn.end or 0) - turn.start <= LONGEST for turn in found)


def test_ids_are_the_same_whenever_it_is_read() -> None:
    document = by_channel(ch_0=[word(0.1, 0.4, "Hello"), word(9.0, 9.4, "Bye")])
    assert [turn.turn_id for turn in turns(document, ROLES, Role.USER)] == ["transcribed-1", "transcribed-2"]
    assert turns(document, ROLES, Role.USER) == turns(document, ROLES, Role.USER)


def test_silence_has_no_turns() -> None:
    assert turns(by_channel(ch_0=[], ch_1=[]), ROLES, Role.USER) == []
    assert turns(b'{"results": {"items": [], "transcripts": [{"transcript": ""}]}}', {}, Role.USER) == []


@pytest.mark.parametrize(
    "document", [b"", b"{", b"[]", b"{}", b'{"results": {}}', b'{"results": {"items": [{}]}}', b'{"results": null}',
                 b'{"results": {"items": [{"type": "pronunciation", "alternatives": []}]}}', b"\xff\xfe",
                 by_channel(ch_0=[{**word(0, 1, "a"), "start_time": "x"}])]
)  # fmt: skip
def test_what_the_service_would_not_write_is_unreadable(document: bytes) -> None:
    with pytest.raises(Unreadable):
        turns(document, ROLES, Role.USER)
