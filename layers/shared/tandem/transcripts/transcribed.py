"""What Amazon Transcribe's result says, as turns. Pure.

The format: https://docs.aws.amazon.com/transcribe/latest/dg/how-input.html (output), with `channel_labels` where each
channel was transcribed on its own, `speaker_labels` where voices were told apart, else `items` alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tandem.records import record
from tandem.transcripts.models import Role, Turn

PAUSE = 1.0
"""Seconds of silence after which somebody begins anew."""

LONGEST = 60.0
"""Seconds after which a speech without pauses is divided where a sentence ends."""

FIRST = "first"
"""Whoever of several voices speaks first."""


class Unreadable(Exception):
    """Not a result of the service."""


@record
class _Word:
    speaker: str
    start: float
    end: float
    text: str
    ends_sentence: bool = False


def turns(document: bytes, roles: Mapping[str, Role], otherwise: Role) -> list[Turn]:
    """The turns of a result in the order in which they begin. `roles`: who speaks, by the label of a channel or voice,
    or FIRST for the voice that speaks first. Raises Unreadable."""
    try:
        results = json.loads(document)["results"]
        by_speaker = _by_speaker(results)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(str(error)) from error
    speeches = [speech for words in by_speaker.values() for speech in _speeches(words)]
    speeches.sort(key=lambda words: (words[0].start, words[0].speaker))
    first = speeches[0][0].speaker if speeches else ""
    named = {**roles, **({first: roles[FIRST]} if FIRST in roles and first.startswith("spk_") else {})}
    return [_turn(number, words, named.get(words[0].speaker, otherwise)) for number, words in enumerate(speeches)]


def _by_speaker(results: Mapping[str, Any]) -> dict[str, list[_Word]]:
    if "channel_labels" in results:
        channels = results["channel_labels"]["channels"]
        return {
            channel["channel_label"]: list(_words(channel["items"], channel["channel_label"])) for channel in channels
        }
    labels = _labels(results.get("speaker_labels") or {})
    words: dict[str, list[_Word]] = {}
    for word in _words(results["items"], "", labels):
        words.setdefault(word.speaker, []).append(word)
    return words


def _labels(speakers: Mapping[str, Any]) -> dict[str, str]:
    """Who speaks a word, by its start as it is written."""
    return {
        item["start_time"]: item["speaker_label"]
        for segment in speakers.get("segments", [])
        for item in segment.get("items", [])
    }


def _words(
    items: Iterable[Mapping[str, Any]], speaker: str, labels: Mapping[str, str] | None = None
) -> Iterator[_Word]:
    """The words, each with the punctuation that follows it."""
    word: _Word | None = None
    for item in items:
        content = str(item["alternatives"][0]["content"])
        if item["type"] == "punctuation":
            if word is not None:
                ends = word.ends_sentence or content in ".?!。？！"
                word = _Word(word.speaker, word.start, word.end, word.text + content, ends)
            continue
        if word is not None:
            yield word
        said_by = str(item.get("speaker_label") or (labels or {}).get(item["start_time"], speaker))
        word = _Word(said_by, float(item["start_time"]), float(item["end_time"]), content)
    if word is not None:
        yield word


def _speeches(words: Sequence[_Word]) -> Iterator[list[_Word]]:
    """What one speaker says without a pause, and not for too long."""
    speech: list[_Word] = []
    for word in words:
        if speech and (
            word.start - speech[-1].end >= PAUSE or (speech[-1].ends_sentence and word.end - speech[0].start > LONGEST)
        ):
            yield speech
            speech = []
        speech.append(word)
    if speech:
        yield speech


def _turn(number: int, words: Sequence[_Word], role: Role) -> Turn:
    text = " ".join(word.text for word in words)
    return Turn(f"transcribed-{number + 1}", role, text, words[0].start, words[-1].end, final=True)
