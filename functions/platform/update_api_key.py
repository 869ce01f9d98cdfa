"""PATCH /api/tenant/api-keys/{key_id} — change an API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import update
from tandem.keys.shapes import ApiKeyChange, ApiKeyView


@endpoint("PATCH", "/api/tenant/api-keys/{key_id}", platform, guard=session(managing=True), also_methods=["PUT"])
def handler(caller: Caller, key_id: str, body: ApiKeyChange) -> ApiKeyView:
    """Change what is named; what is left out stays, with PUT as with PATCH. It holds from the next request on."""
    return ApiKeyView.of(update(caller.tenant_id, key_id, body, actor=caller.actor, own=caller.permissions))
