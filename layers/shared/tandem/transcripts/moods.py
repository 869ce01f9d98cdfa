"""The mood of a finished conversation: the provider's own, else Amazon Comprehend's judgement, else the lexicon's."""

from collections.abc import Sequence

from tandem.aws import sentiment
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.observability import count, logger
from tandem.transcripts import lexicon, service
from tandem.transcripts.models import Role, Sentiment, Transcript

MOST_PARTS = 5
"""Requests that one conversation is worth: of a long one, its last 25 kB count."""


def look(tenant_id: str, call_id: str) -> None:
    """Write down the mood of a finished conversation that has none yet."""
    transcript = service.find(tenant_id, call_id)
    if transcript is None or transcript.finished_at is None or transcript.sentiment is not None:
        return
    service.judge(tenant_id, call_id, transcript.version, mood(transcript))


def mood(transcript: Transcript) -> Sentiment:
    """How the customer feels by what they said; nothing is neutral."""
    texts = [turn.text for turn in transcript.turns if turn.final and turn.role == Role.USER]
    if not texts:
        return Sentiment.NEUTRAL
    if settings().sentiment_by == "comprehend":
        try:
            return _asked(texts)
        except Unavailable as failure:
            logger().warning("the mood is told by the lexicon", call_id=transcript.call_id, reason=str(failure))
            count("SentimentByLexicon")
    return lexicon.mood(texts)


def _asked(texts: Sequence[str]) -> Sentiment:
    parts = lexicon.parts(texts, sentiment.LARGEST)[-MOST_PARTS:]
    language = sentiment.language(parts[0])
    if language not in sentiment.LANGUAGES:
        return lexicon.mood(texts)
    scores = [(len(part), sentiment.scores(part, language)) for part in parts]
    totals = {one: sum(size * found.get(one.value, 0.0) for size, found in scores) for one in Sentiment}
    return max(Sentiment, key=lambda one: totals[one])
