"""Values of every wrong kind that a webhook is refused for."""

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
