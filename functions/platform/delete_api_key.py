"""DELETE /api/tenant/api-keys/{key_id} — remove an API key."""

from tandem.entry import Caller, endpoint, session
from tandem.entry.dialects import platform
from tandem.keys.administration import delete
from tandem.shapes import Deleted


@endpoint("DELETE", "/api/tenant/api-keys/{key_id}", platform, guard=session(managing=True))
def handler(caller: Caller, key_id: str) -> Deleted:
    """End a key and take it off the list, which cannot be undone. What it was used for stays in the statistics."""
    return Deleted(id=delete(caller.tenant_id, key_id, actor=caller.actor))
