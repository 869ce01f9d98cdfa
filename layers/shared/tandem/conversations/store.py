"""Conversations in the table: `TENANT#<t>` / `CONVERSATION#<id>`."""

from datetime import datetime

from tandem.aws.table import Absent, Put
from tandem.clock import iso


def key(tenant_id: str, conversation_id: str) -> tuple[str, str]:
    """The key of a conversation."""
    return f"TENANT#{tenant_id}", f"CONVERSATION#{conversation_id}"


def insertion(tenant_id: str, conversation_id: str, customer_id: str, moment: datetime) -> Put:
    """The write of a new voice conversation."""
    pk, sk = key(tenant_id, conversation_id)
    conversation = {
        "pk": pk,
        "sk": sk,
        "kind": "conversation",
        "conversation_id": conversation_id,
        "customer_id": customer_id,
        "channel": "voice",
        "status": "open",
        "created_at": iso(moment),
        "updated_at": iso(moment),
    }
    return Put(conversation, Absent)
