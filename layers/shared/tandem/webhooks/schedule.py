"""When a delivery is tried again. Pure.

Where the customer set no policy the schedule is durable: 10 attempts over three days. Each pause between them is
shortened by up to a tenth, so the last attempt is 64.8 to 72 hours after the first.
"""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import pairwise

from tandem.webhooks.models import Backoff, Policy

_MINUTE, _HOUR = 60, 3600

_ATTEMPTS = (
    0,
    5,
    5 * _MINUTE,
    30 * _MINUTE,
    2 * _HOUR,
    6 * _HOUR,
    14 * _HOUR,
    28 * _HOUR,
    48 * _HOUR,
    72 * _HOUR,
)
"""Seconds from the first attempt to each."""

DURABLE = tuple(later - earlier for earlier, later in pairwise(_ATTEMPTS))
"""Seconds at most between one attempt and the next."""

JITTER = 0.1
LONGEST_RETRY_AFTER = 24 * _HOUR
"""Seconds: as long as a receiver may make us wait."""


def next_delay(policy: Policy | None, made: int, delivery_id: str, retry_after: float | None = None) -> float | None:
    """Seconds from the attempt number `made` (1 is the first), which failed, to the next; None when it was the last.
    The receiver's wish may lengthen a pause, never shorten it."""
    planned = _durable(made, delivery_id) if policy is None else _chosen(policy, made)
    if planned is None or retry_after is None:
        return planned
    return max(planned, min(retry_after, LONGEST_RETRY_AFTER))


def retry_after(value: str | None, received_at: datetime) -> float | None:
    """Seconds that a `Retry-After` header asks for, as a number or a date; None when it says nothing of use."""
    if value is None:
        return None
    text = value.strip()
    if re.fullmatch(r"[0-9]+", text):
        return float(min(int(text[:12]), LONGEST_RETRY_AFTER))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # what the parser raises on strange text
        return None
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - received_at).total_seconds()
    return seconds if seconds > 0 else None


def _chosen(policy: Policy, made: int) -> float | None:
    if made > policy.max_retries:
        return None
    return 5.0 * made if policy.backoff is Backoff.LINEAR else 2.0**made


def _durable(made: int, delivery_id: str) -> float | None:
    if made > len(DURABLE):
        return None
    # The same delivery and attempt give the same pause, so a repeated calculation changes nothing.
    digest = hashlib.sha256(f"{delivery_id}#{made}".encode()).digest()
    share = int.from_bytes(digest[:6], "big") / (2**48 - 1)
    return DURABLE[made - 1] * (1 - JITTER * share)
