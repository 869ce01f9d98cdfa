"""The work that every variant does: the requests it is sent, and the items that a call brings into the world."""

from collections.abc import Mapping
from typing import Any

TABLE = "tandem"
QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/sandbox"
TENANT = "01957a2c-0000-7000-8000-000000000001"
CALL_ID = "01957a2c-0000-7000-8000-000000000002"
MOMENT = "2026-11-21T09:00:00.000Z"

KEY_ITEM = {
    "pk": "KEY#0",
    "sk": "KEY",
    "key_id": "01957a2c-0000-7000-8000-000000000003",
    "tenant_id": TENANT,
    "prefix": "sk_test_",
    "digest": "0",
    "name": "benchmark",
    "status": "active",
    "permissions": ["read:calls", "write:calls"],
    "rate_limit": 1_000_000_000,
    "window_seconds": 3600,
    "monthly_quota": -1,
    "created_at": MOMENT,
    "last_used_at": 1,
}
CALL_ITEM = {
    "pk": f"TENANT#{TENANT}",
    "sk": f"CALL#{CALL_ID}",
    "kind": "call",
    "call_id": CALL_ID,
    "tenant_id": TENANT,
    "conversation_id": "01957a2c-0000-7000-8000-000000000004",
    "customer_id": "01957a2c-0000-7000-8000-000000000005",
    "direction": "outbound",
    "from_number": "+15005550100",
    "to_number": "+15005550001",
    "carrier": "sandbox",
    "agent_id": "agent-1",
    "status": "completed",
    "dial": "accepted",
    "carrier_call_id": "SB1",
    "recording_enabled": True,
    "outcome": "answered_human",
    "talk_seconds": 4,
    "cost": {"amount": "0.0100", "currency": "USD"},
    "tags": [],
    "version": 5,
    "created_at": MOMENT,
    "ringing_at": MOMENT,
    "answered_at": MOMENT,
    "ended_at": MOMENT,
}
SHOWN = ("conversation_id", "customer_id", "agent_id", "direction", "status", "outcome", "carrier", "created_at")


def intent(call_id: str, phone: str, agent_id: str) -> list[dict[str, Any]]:
    """The seven items written before the dial: call, customer and its number, conversation, agent, event, audit."""
    tenant = f"TENANT#{TENANT}"
    kept = {"tenant_id": TENANT, "created_at": MOMENT}
    event = {"id": call_id, "event": "call.initiated", "timestamp": MOMENT, "data": dict.fromkeys(SHOWN, "text")}
    return [
        CALL_ITEM | {"sk": f"CALL#{call_id}", "call_id": call_id, "status": "initiated", "to_number": phone},
        kept | {"pk": tenant, "sk": "CUSTOMER#1", "kind": "customer", "customer_id": "1", "phone": phone},
        kept | {"pk": tenant, "sk": f"PHONE#{phone}", "kind": "customer_phone", "customer_id": "1"},
        kept | {"pk": tenant, "sk": "CONVERSATION#1", "kind": "conversation", "customer_id": "1", "status": "active"},
        kept | {"pk": tenant, "sk": f"AGENT#{agent_id}", "kind": "agent", "agent_id": agent_id},
        kept | {"pk": tenant, "sk": "EVENT#1", "kind": "event", "type": "call.initiated", "body": event},
        kept
        | {"pk": tenant, "sk": "AUDIT#1", "kind": "audit", "action": "call.place", "changes": {"status": "initiated"}},
    ]


def session(call_id: str) -> dict[str, Any]:
    """The item that the sandbox carrier keeps of a call."""
    return {
        "pk": f"SANDBOX#{TENANT}.{call_id}",
        "sk": "CALL",
        "kind": "sandbox_call",
        "session": "SB1",
        "from": "+15005550100",
        "to": "+15005550001",
        "record": True,
        "dialled_at": MOMENT,
        "dials": 1,
        "fetches": 0,
        "expires_at": 1_800_000_000,
    }


def parties(call_id: str, phone: str, agent_id: str) -> list[tuple[str, str]]:
    """The keys read before a call."""
    tenant = f"TENANT#{TENANT}"
    sort_keys = ("PHONE_SERVICE", f"CALL#{call_id}", f"AGENT#{agent_id}", "CONVERSATION#1", f"PHONE#{phone}")
    return [(tenant, sort_key) for sort_key in sort_keys]


def steps(call_id: str) -> list[dict[str, Any]]:
    """The messages that carry a sandbox call on."""
    happened = ("ringing", "answered", "ended", "recorded")
    return [{"session": "SB1", "reference": f"{TENANT}.{call_id}", "happened": name, "at": MOMENT} for name in happened]


def typed(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's typed JSON."""
    return {name: _typed(value) for name, value in item.items()}


def _typed(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, dict):
        return {"M": typed(value)}
    if isinstance(value, list):
        return {"L": [_typed(inner) for inner in value]}
    return {"NULL": True}
