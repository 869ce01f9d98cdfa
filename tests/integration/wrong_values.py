"""Values of every wrong kind that webhooks, AI agents and tasks are refused for."""

from typing import Any

SUBSCRIPTIONS: dict[str, Any] = {
    "text": "call.completed",
    "none": [],
    "a number": [1],
    "unknown": ["call.exploded"],
    "a wildcard": ["call.*"],
    "upper case": ["CALL.COMPLETED"],
    "a lone surrogate": ["\ud800"],
}
HEADERS: dict[str, Any] = {
    "text": "x",
    "an array": [],
    "a number": {"X-A": 1},
    "ours": {"X-Webhook-Signature": "x"},
    "the length": {"Content-Length": "1"},
    "a line break": {"X-A": "a\r\nX-B: c"},
    "no name": {"": "x"},
    "twice": {"X-A": "1", "x-a": "2"},
    "too many": {f"X-{number}": "x" for number in range(21)},
    "a lone surrogate": {"X-A": "\ud800"},
}
POLICIES: dict[str, Any] = {
    "text": "x",
    "too many": {"maxRetries": 11},
    "fewer than none": {"maxRetries": -1},
    "a fraction": {"maxRetries": 1.5},
    "another way": {"backoffStrategy": "random"},
    "unknown": {"x": 1},
}
DATES: dict[str, Any] = {
    "empty": "",
    "a word": "yesterday",
    "no such day": "2024-02-30",
    "too early": "1969-12-31",
    "an array": [],
    "an object": {},
    "true": True,
    "a lone surrogate": "\ud800",
}
SHARES: dict[str, Any] = {
    "text": "x",
    "a number as text": "0.5",
    "true": True,
    "negative": -0.1,
    "too much": 1.3,
    "an array": [],
}
VOICES: dict[str, Any] = {"text": "x", "an array": [], "unknown": {"pitch": 1}, "another id": {"voice_id": "a b"}}
RULES: dict[str, Any] = {
    "text": "x",
    "an array": [],
    "a letter": {"a": {"action": "hangup"}},
    "two keys": {"12": {"action": "hangup"}},
    "no action": {"1": {}},
    "another action": {"1": {"action": "dance"}},
    "nothing to say": {"1": {"action": "say"}},
    "nobody to transfer to": {"1": {"action": "transfer"}},
    "a transfer to no number": {"1": {"action": "transfer", "to": "sales"}},
    "a number that is not called": {"1": {"action": "hangup", "to": "+15005550001"}},
    "a transfer that talks": {"1": {"action": "transfer", "to": "+15005550001", "text": "Bye."}},
    "unknown": {"1": {"action": "hangup", "x": 1}},
}
CONTEXTS: dict[str, Any] = {
    "text": "x",
    "an array": [],
    "no name": {"": 1},
    "a brace": {"a}": 1},
    "a NUL": {"a\x00": 1},
    "too large": {"a": "x" * 17_000},
    "too many": {str(number): 1 for number in range(101)},
    "a lone surrogate": {"a": "\ud800"},
}
PRIORITIES: dict[str, Any] = {"text": "high", "a fraction": 0.5, "true": True, "too high": 1001, "too low": -1001}
TOLD: dict[str, Any] = {"text": "call_started", "unknown": ["call_ringing"], "a number": [1], "an object": {}}
