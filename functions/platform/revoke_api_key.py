"""POST /api/tenant/api-keys/{key_id}/revoke — end an API key for good."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import revoke
from tandem.keys.shapes import ApiKeyView


@endpoint("POST", "/api/tenant/api-keys/{key_id}/revoke", platform, guard=session(managing=True))
def handler(caller: Caller, key_id: str) -> ApiKeyView:
    """From now on the key opens nothing, for good; it stays in the list. Revoking again is no error."""
    return ApiKeyView.of(revoke(caller.tenant_id, key_id, actor=caller.actor))
