"""GET /api/tenant/api-keys/{key_id} — one API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import show
from tandem.keys.shapes import ApiKeyView


@endpoint("GET", "/api/tenant/api-keys/{key_id}", platform, guard=session())
def handler(caller: Caller, key_id: str) -> ApiKeyView:
    """A key without its secret."""
    return ApiKeyView.of(show(caller.tenant_id, key_id))
