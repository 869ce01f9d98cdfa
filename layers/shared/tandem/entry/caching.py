"""Answers that clients keep for a while: Cache-Control, a strong ETag, and 304 for who has this answer already."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

from tandem.entry.answer import Answer

_VARY = "Authorization, X-API-Key, Cookie, X-Organization-Id"
"""Whatever says who asks: a shared cache that follows RFC 9111 gives an answer to nobody else."""

_NO_STORE = {"CDN-Cache-Control": "no-store"}
"""RFC 9213: caches of content networks, which seldom heed Vary, keep nothing."""

_TAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')


def cached(answer: Answer, asked: Mapping[str, str], seconds: int) -> Answer:
    """The answer with what says how long it may be kept, or 304 without a body for a client whose copy is the same
    (RFC 9110 §13.1.2: the comparison is the weak one). `asked`: the request's headers by lower-case name."""
    content = answer.body if isinstance(answer.body, bytes) else answer.body.encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"Cache-Control": f"public, max-age={seconds}", "ETag": tag, "Vary": _VARY, **_NO_STORE}
    headers |= answer.headers or {}
    if _has_it(asked.get("if-none-match", ""), tag):
        return replace(answer, body="", status=304, headers=headers)
    return replace(answer, headers=headers)


def _has_it(if_none_match: str, tag: str) -> bool:
    return if_none_match.strip() == "*" or tag in _TAG.findall(if_none_match)
