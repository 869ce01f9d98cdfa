"""GET /api/v1/health — whether the API answers."""

from tandem.entry import endpoint, public
from tandem.entry.dialects import bare


@endpoint("GET", "/api/v1/health", bare, guard=public(because="it tells nothing but that we are here"))
def handler() -> dict[str, str]:
    """`{"status": "ok"}`, without asking anything behind it."""
    return {"status": "ok"}
