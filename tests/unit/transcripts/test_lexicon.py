"""The mood of a text by its words."""

import pytest

from tandem.transcripts.lexicon import mood, parts
from tandem.transcripts.models import Sentiment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Great, thank you very much!", Sentiment.POSITIVE),
        ("That works perfectly.", Sentiment.POSITIVE),
        ("No problem at all.", Sentiment.POSITIVE),
        ("It's not bad.", Sentiment.POSITIVE),
        ("My order is late again, that is terrible.", Sentiment.NEGATIVE),
        ("I'm not happy with this.", Sentiment.NEGATIVE),
        ("It doesn\u2019t work, I'm very disappointed.", Sentiment.NEGATIVE),
        ("This is never helpful.", Sentiment.NEGATIVE),
        ("Thanks, but this is extremely annoying.", Sentiment.NEGATIVE),
        ("Where is my order?", Sentiment.NEUTRAL),
        ("", Sentiment.NEUTRAL),
        ("Guten Tag, wo ist meine Bestellung?", Sentiment.NEUTRAL),
        ("It was good. It was bad.", Sentiment.NEUTRAL),
    ],
)
def test_a_text_has_the_mood_of_its_words(text: str, expected: Sentiment) -> None:
    assert mood([text]) == expected


def test_a_negation_does_not_reach_into_the_next_sentence() -> None:
    assert mood(["No. Great!"]) == Sentiment.POSITIVE


def test_all_that_somebody_says_counts() -> None:
    assert mood(["That is bad.", "But thank you,", "great."]) == Sentiment.POSITIVE


@pytest.mark.parametrize("largest", [8, 50, 5000])
def test_parts_hold_all_of_it_and_none_is_too_large(largest: int) -> None:
    texts = ["Grüße", "x" * 120, "kurz ✓", "€" * 30]
    found = parts(texts, largest)
    assert all(0 < len(part.encode()) <= largest for part in found)
    assert "".join(found).replace("\n", "") == "".join(texts)


def test_what_fits_into_one_part_is_one() -> None:
    assert parts(["Hello.", "Bye."], 5000) == ["Hello.\nBye."]
