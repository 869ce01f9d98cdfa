"""Signatures on what we send: `X-Webhook-Signature`, and Standard Webhooks 1.0.0. Pure but for new secrets."""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

_PREFIX = "whsec_"


def new_secret() -> str:
    """A secret of 32 random bytes, `whsec_` and base64."""
    return _PREFIX + base64.b64encode(os.urandom(32)).decode()


def signed_headers(secrets: Sequence[str], *, event_id: str, sent_at: int, body: bytes) -> dict[str, str]:
    """The headers that prove a delivery. `secrets`: all that are live, the newest first, at least one.

    `webhook-signature` carries one signature per secret, so that a receiver may hold the old or the new one while
    they change over; `X-Webhook-Signature` has room for the newest alone. `sent_at` is in Unix seconds.
    """
    return {
        "X-Webhook-Signature": "sha256=" + hmac.new(secrets[0].encode(), body, hashlib.sha256).hexdigest(),
        "webhook-id": event_id,
        "webhook-timestamp": str(sent_at),
        "webhook-signature": " ".join(_standard(secret, event_id, sent_at, body) for secret in secrets),
    }


def _standard(secret: str, event_id: str, sent_at: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    signed = f"{event_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
