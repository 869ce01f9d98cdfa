"""Whether a request is Telnyx's: Ed25519 over time and raw body, as Telnyx's own library checks it. Pure."""

import re
from base64 import b64decode
from collections.abc import Mapping

TOLERANCE = 300
"""Seconds that a signature may be old, or ahead of us."""

_TIME = re.compile(r"[0-9]{1,12}")


def is_genuine(headers: Mapping[str, str], body: bytes, public_key: str, now: float) -> bool:
    """Whether the headers sign the body, within the tolerance. `public_key`: base64 of 32 bytes; `now` in seconds."""
    given = {name.lower(): value for name, value in headers.items()}
    time = given.get("telnyx-timestamp", "")
    if not _TIME.fullmatch(time) or abs(int(now) - int(time)) > TOLERANCE:
        return False
    signature, key = _bytes(given.get("telnyx-signature-ed25519", ""), 64), _bytes(public_key, 32)
    return signature is not None and key is not None and _verifies(key, signature, f"{time}|".encode() + body)


def _bytes(text: str, length: int) -> bytes | None:
    try:
        decoded = b64decode(text, validate=True)
    except ValueError:
        return None
    return decoded if len(decoded) == length else None


def _verifies(key: bytes, signature: bytes, message: bytes) -> bool:
    # Imported here: cryptography is slow to import, and only one function in a hundred needs it for this.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
