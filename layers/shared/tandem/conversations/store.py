"""Conversations in the table: `TENANT#<t>` / `CONVERSATION#<id>`."""

from tandem import postings
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Delete, Item, Put, Write
from tandem.clock import iso, parse
from tandem.conversations.models import Conversation, terms

INDEXED = "CONVERSATION"


def key(tenant_id: str, conversation_id: str) -> tuple[str, str]:
    """The key of a conversation."""
    return f"TENANT#{tenant_id}", f"CONVERSATION#{conversation_id}"


def get(tenant_id: str, conversation_id: str) -> Conversation | None:
    """One conversation, or None."""
    item = table.get(*key(tenant_id, conversation_id))
    return from_item(item) if item else None


def get_many(tenant_id: str, conversation_ids: list[str]) -> list[Conversation]:
    """Those of the conversations that are there, in this order."""
    items = table.get_many([key(tenant_id, each) for each in conversation_ids]) if conversation_ids else []
    return [from_item(item) for item in items if item]


def insertion(conversation: Conversation) -> list[Write]:
    """The writes of a new conversation."""
    found_by = postings.writes(
        conversation.tenant_id, INDEXED, conversation.conversation_id, frozenset(), terms(conversation)
    )
    return [Put(_item(conversation), Absent), *found_by]


def change(before: Conversation, after: Conversation) -> list[Write]:
    """The writes of a changed conversation, if it is still as it was read."""
    found_by = postings.writes(after.tenant_id, INDEXED, after.conversation_id, terms(before), terms(after))
    return [Put(_item(after), Attr("version").eq(before.version)), *found_by]


def deletion(conversation: Conversation) -> list[Write]:
    """The writes that remove a conversation, if it is still as it was read."""
    pk, sk = key(conversation.tenant_id, conversation.conversation_id)
    found_by = postings.writes(
        conversation.tenant_id, INDEXED, conversation.conversation_id, terms(conversation), frozenset()
    )
    return [Delete(pk, sk, Attr("version").eq(conversation.version)), *found_by]


def from_item(item: Item) -> Conversation:
    """The conversation of an item."""
    return Conversation(
        tenant_id=item["pk"].partition("#")[2],
        conversation_id=item["conversation_id"],
        customer_id=item["customer_id"],
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        channel=item["channel"],
        subject=item.get("subject"),
        status=item["status"],
        priority=item["priority"],
        assigned_to=item.get("assigned_to"),
        inbox_id=item.get("inbox_id"),
        labels=item["labels"],
        last_message_at=parse(item["last_message_at"]) if item.get("last_message_at") else None,
        messages=item["messages"],
        version=item["version"],
    )


def _item(conversation: Conversation) -> Item:
    pk, sk = key(conversation.tenant_id, conversation.conversation_id)
    last = conversation.last_message_at
    return {
        "pk": pk,
        "sk": sk,
        "kind": "conversation",
        "conversation_id": conversation.conversation_id,
        "customer_id": conversation.customer_id,
        "channel": conversation.channel,
        "subject": conversation.subject,
        "status": conversation.status,
        "priority": conversation.priority,
        "assigned_to": conversation.assigned_to,
        "inbox_id": conversation.inbox_id,
        "labels": conversation.labels,
        "last_message_at": iso(last) if last else None,
        "messages": conversation.messages,
        "version": conversation.version,
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.updated_at),
    }
