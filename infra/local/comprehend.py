"""A stand-in for Amazon Comprehend: English by assumption, and a mood by the product's own lexicon."""

import json

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from tandem.transcripts import lexicon

_LARGEST = 5_000


def answer(request: AwsRequest) -> Answer:
    """DetectDominantLanguage and DetectSentiment."""
    text = str(request.json.get("Text", ""))
    if not text:
        return error(request, "InvalidRequestException", "Text must not be empty.")
    if request.operation == "DetectDominantLanguage":
        return _json({"Languages": [{"LanguageCode": "en", "Score": 0.99}]})
    if request.operation != "DetectSentiment":
        return error(request, "UnknownOperationException", f"{request.operation} is not served by the local stack")
    if len(text.encode()) > _LARGEST:
        return error(request, "TextSizeLimitExceededException", "Input text size exceeds limit.")
    mood = lexicon.mood([text]).value
    scores = {name: 0.94 if name.lower() == mood else 0.02 for name in ("Positive", "Negative", "Neutral", "Mixed")}
    return _json({"Sentiment": mood.upper(), "SentimentScore": scores})


def _json(body: dict[str, object]) -> Answer:
    return Answer(200, json.dumps(body).encode(), [("Content-Type", "application/x-amz-json-1.1")])
