"""Amazon SQS: sending messages. Receiving is the event source mapping's work."""

from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import sqs
from tandem.errors import Unavailable
from tandem.observability import logger

LONGEST_DELAY = 900
"""Seconds: the most that SQS can hold a message back."""

Message = tuple[str, int]
"""A body and a delay in seconds."""


def send(queue_url: str, messages: Sequence[Message], *, group: str | None = None) -> None:
    """Send messages, ten in a call; all are sent or Unavailable is raised. `group` is the fair-queue group."""
    for start in range(0, len(messages), 10):
        _send_batch(queue_url, messages[start : start + 10], group)


def _send_batch(queue_url: str, messages: Sequence[Message], group: str | None) -> None:
    entries = [
        {"Id": str(number), "MessageBody": body, "DelaySeconds": min(max(0, delay), LONGEST_DELAY)}
        | ({"MessageGroupId": group} if group else {})
        for number, (body, delay) in enumerate(messages)
    ]
    try:
        answer = sqs().send_message_batch(QueueUrl=queue_url, Entries=entries)  # type: ignore[arg-type]
    except (BotoCoreError, ClientError) as error:
        raise Unavailable("The queue does not answer.") from error
    if failed := answer.get("Failed"):
        raise Unavailable(f"The queue refused {len(failed)} of {len(entries)} messages.")


def retry_later(queue_arn: str, receipt_handle: str, seconds: int) -> None:
    """Let a received message come again in `seconds` instead of after the queue's visibility timeout."""
    *_, account, name = queue_arn.split(":")
    try:
        url = sqs().get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        sqs().change_message_visibility(QueueUrl=url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
    except (BotoCoreError, ClientError):
        logger().warning("visibility unchanged: the message comes again after the queue's own timeout")
