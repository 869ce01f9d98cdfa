"""A report without anybody's judgement: sentences that were said, and what can be recognised by its form. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from tandem.calls.models import Call
from tandem.carriers.base import Outcome, Role, Turn
from tandem.reports.models import Findings, Source

MAKER = "tandem"

_SENTENCES = 3
_LONGEST_SENTENCE = 240
_MOST_OF_A_KIND = 10
_SENTENCE = re.compile(r"[^.!?…。！？]+[.!?…。！？]*")
_WORD = re.compile(r"\w{4,}")
_SPEAKERS = {Role.USER: "Customer", Role.AGENT: "Agent"}
_FORMS = {
    "emails": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "phone_numbers": re.compile(r"\+[1-9](?:[ -]?\d){6,14}(?!\d)"),
    "amounts": re.compile(
        r"(?:[$€£₦]|\b(?:USD|EUR|GBP|KES|NGN|ZAR) )\d[\d,]*(?:\.\d+)?"
        r"|\b\d[\d,]*(?:\.\d+)? ?(?:[$€£₦]|(?:USD|EUR|GBP|KES|NGN|ZAR|dollars|euros|pounds|shillings|naira)\b)"
    ),
    "dates": re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"),
    "references": re.compile(r"\b(?=[A-Z0-9-]*\d)[A-Z0-9][A-Z0-9-]{3,19}\b"),
}
_UNREACHED = {
    Outcome.BUSY: "The line was busy.",
    Outcome.NO_ANSWER: "Nobody answered.",
    Outcome.DECLINED: "The call was declined.",
    Outcome.INVALID_NUMBER: "The number cannot be reached.",
    Outcome.CANCELED: "The call was cancelled.",
    Outcome.VOICEMAIL: "A mailbox answered.",
}


def extracted(call: Call, turns: Sequence[Turn], version: int, moment: datetime) -> Findings:
    """A report of what was said, in the speakers' own words; of a call without a word, of how it ended."""
    said = [turn for turn in turns if turn.final and turn.text.strip()]
    return Findings(
        source=Source.EXTRACT,
        maker=MAKER,
        summary=_summary(said) or _ending(call),
        transcript_version=version,
        made_at=moment,
        data=recognised(said),
    )


def recognised(turns: Sequence[Turn]) -> dict[str, Any]:
    """What can be recognised by its form: kinds of which nothing was said are left out. A text is of one kind only."""
    found: dict[str, list[str]] = {}
    rest = "\n".join(turn.text for turn in turns)
    for kind, form in _FORMS.items():
        if values := list(dict.fromkeys(form.findall(rest)))[:_MOST_OF_A_KIND]:
            found[kind] = values
        rest = form.sub(" ", rest)
    return found


def _summary(turns: Sequence[Turn]) -> str:
    """The sentences that have most to do with the rest, in the order in which they were said."""
    sentences = [(turn.role, text) for turn in turns for text in _sentences(turn.text)]
    weights = Counter(word for _, text in sentences for word in set(_words(text)))
    ranked = sorted(range(len(sentences)), key=lambda place: (-_weight(sentences[place][1], weights), place))
    chosen = [sentences[place] for place in sorted(ranked[:_SENTENCES])]
    return " ".join(f"{_SPEAKERS[role]}: {text}" for role, text in chosen)


def _sentences(text: str) -> Iterator[str]:
    for match in _SENTENCE.finditer(text):
        sentence = " ".join(match[0].split())
        if sentence:
            yield sentence if len(sentence) <= _LONGEST_SENTENCE else f"{sentence[: _LONGEST_SENTENCE - 1]}…"


def _weight(text: str, weights: Counter[str]) -> float:
    """How much a sentence has to do with the others: a question, and one with figures, is worth more."""
    words = set(_words(text))
    weight = sum(weights[word] for word in words) / (1 + len(words)) ** 0.5
    return float(weight + 1.5 * ("?" in text) + any(map(str.isdigit, text)))


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.lower())


def _ending(call: Call) -> str:
    if call.outcome in _UNREACHED:
        return _UNREACHED[call.outcome]
    if call.outcome is Outcome.ANSWERED_HUMAN:
        return "The call was answered; what was said is not known."
    return f"The call failed: {call.cause}." if call.cause else "The call failed."
