"""POST /api/tenant/api-keys — make an API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import create
from tandem.keys.shapes import ApiKeyRequest, NewApiKeyView


@endpoint("POST", "/api/tenant/api-keys", platform, guard=session(managing=True), status=201)
def handler(caller: Caller, body: ApiKeyRequest) -> NewApiKeyView:
    """Make a key with some of one's own permissions. `key` is shown now and never again."""
    made = create(caller.tenant_id, body, key_id=caller.new_id, actor=caller.actor, own=caller.permissions)
    return NewApiKeyView.issued(*made)
