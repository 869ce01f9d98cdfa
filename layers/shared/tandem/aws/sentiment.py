"""Amazon Comprehend: the mood of a text."""

from typing import cast

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import comprehend
from tandem.errors import Unavailable

LARGEST = 5_000
"""Bytes of UTF-8 that are looked at in one request."""

LANGUAGES = frozenset({"en", "es", "fr", "de", "it", "pt", "ar", "hi", "ja", "ko", "zh"})
"""What it understands, as ISO 639 codes."""


def language(text: str) -> str:
    """The language of a text, as ISO 639 code. Raises Unavailable."""
    try:
        found = comprehend().detect_dominant_language(Text=text)["Languages"]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("Nobody tells the language now.") from error
    likeliest = max(found, key=lambda one: one["Score"], default={"LanguageCode": ""})
    return likeliest["LanguageCode"].partition("-")[0]


def scores(text: str, language: str) -> dict[str, float]:
    """How sure it is of each mood of a text of at most LARGEST bytes: `positive`, `negative`, `neutral`, `mixed`.
    Raises Unavailable."""
    try:
        answer = comprehend().detect_sentiment(Text=text, LanguageCode=language)  # type: ignore[arg-type]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("Nobody tells the mood now.") from error
    return {name.lower(): cast("float", score) for name, score in answer["SentimentScore"].items()}
