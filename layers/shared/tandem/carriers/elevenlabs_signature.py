"""Whether a webhook is ElevenLabs': `ElevenLabs-Signature: t=<unix seconds>,v0=<hex>`, as its own library checks it.
Pure."""

import hmac
from collections.abc import Mapping

HEADER = "elevenlabs-signature"
OLDEST = 1800
"""Seconds for which a signature is good: ElevenLabs' own limit. Whether a repetition is signed anew is nowhere said."""

NEWEST = 300
"""Seconds by which its clock may be ahead of ours."""


def signed(body: bytes, secret: str, moment: int) -> str:
    """The header's value for a body."""
    digest = hmac.digest(secret.encode(), f"{moment}.".encode() + body, "sha256").hex()
    return f"t={moment},v0={digest}"


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str, now: float) -> bool:
    """Whether the body is signed with the secret, and of late."""
    given = {name.lower(): value for name, value in headers.items()}.get(HEADER, "")
    parts = [part.strip().partition("=") for part in given.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    digests = [value for name, _, value in parts if name == "v0"]
    if not secret or len(moments) != 1 or not digests:
        return False
    text = moments[0]
    if not (text.isascii() and text.isdigit() and len(text) <= 12) or not now - OLDEST <= int(text) <= now + NEWEST:
        return False
    expected = signed(body, secret, int(text)).partition("v0=")[2].encode()
    # Every one is compared: which one it is must not show in the time that it takes.
    matches = [hmac.compare_digest(expected, digest.encode("utf-8", "replace")) for digest in digests]
    return any(matches)
