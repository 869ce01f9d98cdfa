"""What travels in headers: credentials, limits, repetitions."""

from typing import Any


def _header(name: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"}}


REQUEST_ID = _header("X-Request-Id")
RETRY_AFTER = _header("Retry-After")
LIMITS = {
    **_header("X-RateLimit-Limit"),
    **_header("X-RateLimit-Remaining"),
    **_header("X-RateLimit-Reset"),
    **_header("RateLimit-Policy"),
    **_header("RateLimit"),
}
REPLAYED = _header("Idempotent-Replayed")
ETAG = {**_header("ETag"), **_header("Accept-Ranges")}
KEPT = {**_header("ETag"), **_header("Cache-Control"), **_header("Vary")}

_MEANINGS: dict[str, tuple[str, str, Any]] = {
    "X-Request-Id": ("string", "The request's id, as it stands in our logs.", "JKJaXmPLvHcESHA="),
    "Retry-After": ("integer", "Seconds after which trying again makes sense.", 30),
    "X-RateLimit-Limit": ("integer", "Requests allowed in a window.", 500),
    "X-RateLimit-Remaining": ("integer", "Requests left in this window.", 499),
    "X-RateLimit-Reset": ("integer", "When the window ends, in seconds since 1970.", 1772359200),
    "RateLimit-Policy": ("string", "The limit (IETF draft-ietf-httpapi-ratelimit-headers).", '"key";q=500;w=3600'),
    "RateLimit": ("string", "What is left of it, and for how many seconds.", '"key";r=499;t=1800'),
    "Idempotent-Replayed": ("string", "`true`: this is the answer to the first request with that key.", "true"),
    "ETag": ("string", "Of this version; send it as `If-None-Match`.", '"5d41402abc4b2a76"'),
    "Cache-Control": ("string", "How many seconds the answer may be kept.", "public, max-age=60"),
    "Vary": ("string", "The headers that say who asks; another's answer is another.", "Authorization, X-API-Key"),
    "Accept-Ranges": ("string", "Parts can be asked for with `Range`.", "bytes"),
}

PARAMETERS: dict[str, Any] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "description": "Of your choice, one per intention. A repetition within 24 hours gets the first one's answer.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        "example": "order-4711",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "required": False,
        "description": "The `ETag` of the answer that the client has; 304 where it would be the same again.",
        "schema": {"type": "string"},
        "example": '"5d41402abc4b2a76"',
    },
    "Organization": {
        "name": "X-Organization-Id",
        "in": "header",
        "required": False,
        "description": "With a session of somebody who belongs to several: the one meant. A key belongs to one.",
        "schema": {"type": "string"},
    },
}

SCHEMES: dict[str, Any] = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key: sk_live_…, sk_test_… or va_…"},
    "keyHeader": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The same, in another header."},
    "session": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The accessToken of POST /api/auth/login; X-Organization-Id selects one of several.",
    },
    "cookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-tandem_session",
        "description": "Set by POST /api/auth/login (`tandem_session` on a developer's machine).",
    },
    "csrf": {
        "type": "apiKey",
        "in": "header",
        "name": "X-CSRF-Token",
        "description": "The csrfToken of the login, with writes by cookie.",
    },
    "carrierToken": {
        "type": "apiKey",
        "in": "query",
        "name": "token",
        "description": "The secret in the address that the carrier was given.",
    },
    "telnyxSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "Telnyx-Signature-Ed25519",
        "description": "Of `Telnyx-Timestamp`, a `|` and the raw body; good for five minutes.",
    },
    "twilioSignature": {"type": "apiKey", "in": "header", "name": "X-Twilio-Signature"},
}


def headers() -> dict[str, Any]:
    """The headers of answers, as components."""
    return {
        name: {"description": meaning, "schema": {"type": kind}, "example": example}
        for name, (kind, meaning, example) in _MEANINGS.items()
    }


def security(scheme: str, family: str, name: str, *, writes: bool) -> list[dict[str, list[str]]]:
    """The ways in, any one of which will do."""
    cookie: dict[str, list[str]] = {"cookie": [], "csrf": []} if writes else {"cookie": []}
    if scheme == "key":
        return [{"key": []}, {"keyHeader": []}, {"session": []}, cookie]
    if scheme == "session":
        return [{"session": []}, cookie]
    if scheme == "carrier":
        signed = next((one for one in ("telnyx", "twilio") if one in name), None)
        return [{f"{signed}Signature": []}] if signed else [{"carrierToken": []}]
    return []
