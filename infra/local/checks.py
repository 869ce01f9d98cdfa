"""Messages that SQS refuses and moto accepts: refused here in the service's own words."""

from collections.abc import Callable, Mapping
from typing import Any

from infra.local.answers import Answer, error
from infra.local.aws_request import AwsRequest
from infra.local.model import Function

MAX_MESSAGE = 1024 * 1024


class Invalid(Exception):
    """The service's reason for refusing a request."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def guard(request: AwsRequest, caller: Function | None) -> Answer | None:
    """The service's refusal, to functions and operators alike; or None."""
    check = CHECKS.get(request.operation) if request.service == "sqs" else None
    if check is None:
        return None
    try:
        check(request.json)
    except Invalid as invalid:
        return error(request, invalid.code, invalid.message)
    return None


def _send_batch(body: Mapping[str, Any]) -> None:
    entries = body.get("Entries") or []
    _batch_size(entries)
    if sum(_size(entry) for entry in entries) > MAX_MESSAGE:
        raise Invalid(
            f"Batch requests cannot be longer than {MAX_MESSAGE} bytes.", "AWS.SimpleQueueService.BatchRequestTooLong"
        )


def _any_batch(body: Mapping[str, Any]) -> None:
    _batch_size(body.get("Entries") or [])


def _batch_size(entries: list[Any]) -> None:
    if not entries:
        raise Invalid(
            "There should be at least one SendMessageBatchRequestEntry in the request.",
            "AWS.SimpleQueueService.EmptyBatchRequest",
        )
    if len(entries) > 10:
        raise Invalid(
            f"Maximum number of entries per request are 10. You have sent {len(entries)}.",
            "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        )


def _message(body: Mapping[str, Any]) -> None:
    delay = body.get("DelaySeconds") or 0
    if not 0 <= int(delay) <= 900:
        raise Invalid(
            f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.",
            "InvalidParameterValue",
        )
    if _size(body) > MAX_MESSAGE:
        raise Invalid(
            f"One or more parameters are invalid. Reason: Message must be shorter than {MAX_MESSAGE} bytes.",
            "InvalidParameterValue",
        )


def _size(entry: Mapping[str, Any]) -> int:
    """A message's size counts its body and its attributes' names, types and values."""
    size = len(str(entry.get("MessageBody", "")).encode())
    for name, value in (entry.get("MessageAttributes") or {}).items():
        size += len(name) + sum(len(str(one)) for one in value.values())
    return size


CHECKS: dict[str, Callable[[Mapping[str, Any]], None]] = {
    "SendMessage": _message,
    "SendMessageBatch": _send_batch,
    "DeleteMessageBatch": _any_batch,
    "ChangeMessageVisibilityBatch": _any_batch,
}
