"""The mood of a text by its words: where nobody better is asked. English. Pure."""

import re
from collections.abc import Iterator, Sequence

from tandem.carriers.base import Sentiment


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_POSITIVE = _words(
    "amazing appreciate awesome brilliant cheers delighted easy excellent fantastic fine friendly glad good grateful "
    "great happy helpful impressed kind kindly love lovely nice perfect perfectly pleasant pleased quick resolved "
    "satisfied super thank thankful thanks wonderful works"
)
_NEGATIVE = _words(
    "angry annoyed annoying awful bad broken cancel complain complaint confused damaged defective disappointed "
    "disappointing disaster dreadful error fail failed fails fault frustrated frustrating hate horrible issue late "
    "lost mistake nonsense poor problem problems refund ridiculous rude sad scam slow terrible trouble unacceptable "
    "unhappy upset useless waste worse worst wrong"
)
_NEGATION = _words("cannot hardly isnt neither never no nobody none nor not nothing without")
_STRONG = _words("absolutely completely extremely really so totally very")
_WORD = re.compile(r"[a-z']+")
_REACH = 3
"""Words that a negation reaches over."""


def mood(texts: Sequence[str]) -> Sentiment:
    """Positive or negative by the sum of the words; what tells neither is neutral."""
    score = sum(sum(_scores(text)) for text in texts)
    if score == 0:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if score > 0 else Sentiment.NEGATIVE


def parts(texts: Sequence[str], largest: int) -> list[str]:
    """The texts joined into as few parts as there can be of at most so many bytes of UTF-8."""
    found = [""]
    for text in texts:
        for piece in _pieces(text, largest):
            joined = f"{found[-1]}\n{piece}" if found[-1] else piece
            if len(joined.encode()) <= largest:
                found[-1] = joined
            else:
                found.append(piece)
    return found


def _pieces(text: str, largest: int) -> Iterator[str]:
    """A text that is too long alone, divided where a character begins."""
    raw = text.encode()
    while len(raw) > largest:
        piece = raw[:largest].decode("utf-8", "ignore")
        yield piece
        raw = raw[len(piece.encode()) :]
    yield raw.decode()


def _scores(text: str) -> Iterator[int]:
    for sentence in re.split(r"[.!?;,]", text.lower()):
        words = [word.replace("n't", " not").split() for word in _WORD.findall(sentence.replace("\u2019", "'"))]
        flat = [part for word in words for part in word]
        for position, word in enumerate(flat):
            value = (word in _POSITIVE) - (word in _NEGATIVE)
            if value == 0:
                continue
            before = flat[max(0, position - _REACH) : position]
            strong = 2 if position and flat[position - 1] in _STRONG else 1
            yield value * strong * (-1 if _NEGATION & set(before) else 1)
