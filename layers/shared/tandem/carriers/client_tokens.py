"""Tokens of browser clients that we sign ourselves: JSON Web Tokens, HS256 (RFC 7515, RFC 7519). Pure."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any


def signed(header: Mapping[str, Any], claims: Mapping[str, Any], secret: str) -> str:
    """The compact token."""
    content = f"{_encoded(_json(header))}.{_encoded(_json(claims))}"
    return f"{content}.{_encoded(hmac.digest(secret.encode(), content.encode(), hashlib.sha256))}"


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
