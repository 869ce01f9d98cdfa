"""GET /voice/invoke-call — place an outbound call, in Africa's Talking's manner."""

from typing import Any

from tandem.calls.africas_talking import invoke_call
from tandem.entry import Caller, endpoint, key_or_session
from tandem.entry.dialects import africas_talking
from tandem.entry.guards import locally_open


@endpoint(
    "GET",
    "/voice/invoke-call",
    africas_talking,
    guard=locally_open(key_or_session("write:calls")),
    idempotent=True,
    also=["/api/voice/invoke-call"],
)
def handler(caller: Caller, phone: str = "") -> dict[str, Any]:
    """Dial `phone`, digits without `+`. On a developer's machine no key is needed."""
    return invoke_call(caller.tenant_id, phone, call_id=caller.new_id, actor=caller.actor, test=caller.is_test)
