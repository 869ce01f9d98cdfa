"""Logs and metrics, as JSON, with nothing personal in them."""

import logging
import re
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

_SECRETS = re.compile(
    r"(?:sk_live|sk_test|va|whsec)_[A-Za-z0-9+/=_-]{6,}"  # keys and webhook secrets
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JWTs
    r"|(?<=[?&]token=)[^&\s\"]+"  # carrier tokens in URLs
    r"|(?<=session_token=)[^&\s\"]+"  # tokens that open sockets
    r"|[0-9a-f]{64}~[^\s\"]+"  # refresh tokens
    r"|X-Amz-[A-Za-z-]+=[^&\s\"]+"  # presigned queries
)
_PHONE = re.compile(r"(?:\+|%2B)\d{4,13}(?=\d{2})")
_EMAIL = re.compile(r"[\w.+'-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+")


def masked(text: str) -> str:
    """The text without secrets and e-mail addresses, and with telephone numbers cut to their last two digits."""
    return _EMAIL.sub("…@…", _PHONE.sub("+…", _SECRETS.sub("[secret]", text)))


class MaskingFormatter(LambdaPowertoolsFormatter):
    """Powertools' JSON formatter, with every line passed through `masked`."""

    def serialize(self, log: Any) -> str:
        """One JSON line, masked."""
        return masked(super().serialize(log))


@cache
def logger() -> Logger:
    """The function's logger."""
    # Powertools' router logs every refusal as an error, with its traceback, and not masked; we log what we answer.
    logging.getLogger("aws_lambda_powertools.event_handler.api_gateway").disabled = True
    return Logger(service="tandem", logger_formatter=MaskingFormatter(serialize_stacktrace=False))


@cache
def metrics() -> Metrics:
    """The function's metrics, written as CloudWatch embedded metric format."""
    return Metrics(namespace="Tandem", service="tandem")


def count(name: str, value: float = 1) -> None:
    """Count one thing that happened; flushed by the wrapper of the function."""
    metrics().add_metric(name=name, unit="Count", value=value)


def flush() -> None:
    """Write the metrics of this invocation, if there are any."""
    if metrics().metric_set:
        metrics().flush_metrics()
