"""Conversations, as calls need them: linked, or opened."""

from datetime import datetime

from tandem.aws.table import Put
from tandem.conversations import store


def key(tenant_id: str, conversation_id: str) -> tuple[str, str]:
    """What to read to know a conversation."""
    return store.key(tenant_id, conversation_id)


def opening(tenant_id: str, conversation_id: str, customer_id: str, moment: datetime) -> Put:
    """The write that opens a voice conversation with a customer."""
    return store.insertion(tenant_id, conversation_id, customer_id, moment)
