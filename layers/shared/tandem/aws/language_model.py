"""Amazon Bedrock: one question to a language model, one answer."""

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import bedrock_runtime
from tandem.errors import Unavailable

LONGEST_ANSWER = 1_500
"""Tokens."""


def answer(model: str, system: str, question: str) -> str:
    """What a model says, without chance where it can be asked to do without. Raises Unavailable."""
    try:
        said = bedrock_runtime().converse(
            modelId=model,
            system=[{"text": system}],
            messages=[{"role": "user", "content": [{"text": question}]}],
            inferenceConfig={"maxTokens": LONGEST_ANSWER, "temperature": 0.0},
        )
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"The language model does not answer: {type(error).__name__}.") from error
    parts = said.get("output", {}).get("message", {}).get("content", [])
    return "".join(part.get("text", "") for part in parts)
