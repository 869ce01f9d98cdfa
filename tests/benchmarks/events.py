"""What the API gateway sends for the two measured operations."""

import json
from typing import Any

from tests.benchmarks.work import CALL_ID

API_KEY = "KEY"


def initiate(key: str, *, idempotency_key: str | None = None) -> dict[str, Any]:
    """POST /api/telephony/calls/initiate."""
    body = json.dumps({"customerPhone": "+15005550001", "agentId": "agent-1"})
    named = {"idempotency-key": idempotency_key} if idempotency_key else {}
    return _event("POST", "/api/telephony/calls/initiate", {"authorization": f"Bearer {key}", **named}, body)


def get(key: str) -> dict[str, Any]:
    """GET /api/telephony/calls/{call_id}."""
    event = _event("GET", f"/api/telephony/calls/{CALL_ID}", {"authorization": f"Bearer {key}"}, None)
    return event | {"pathParameters": {"call_id": CALL_ID}}


def _event(method: str, path: str, headers: dict[str, str], body: str | None) -> dict[str, Any]:
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.com", "user-agent": "bench", **headers},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "bench",
            },
            "requestId": "request-1",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "21/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1_795_251_600_000,
        },
        "body": body,
        "isBase64Encoded": False,
    }
