"""GET / — what this is, and where its documentation is."""

from tandem.entry import endpoint, public
from tandem.entry.answer import Answer
from tandem.entry.dialects import bare

_TEXT = """Tandem: telephony and AI voice, in your own AWS account.

Telephony          /api/telephony/...
Platform           /api/v1/health
Africa's Talking   /voice/

Documentation      /api-docs/ (for tools: /api-docs/spec.json, /postman/collection.json)
"""


@endpoint("GET", "/", bare, guard=public(because="it is the front door"), media_type="text/plain")
def handler() -> Answer:
    """Plain text for whoever opens the address in a browser."""
    return Answer(_TEXT)
