"""Messages in the table: `TENANT#<t>` / `MESSAGE#<conversation>#<uuid7>`."""

from collections.abc import Iterator
from itertools import islice

from tandem.aws import table
from tandem.aws.table import Absent, Delete, Item, Key, Put
from tandem.clock import iso, parse
from tandem.messages.models import Message


def insertion(message: Message) -> Put:
    """The write of a new message."""
    return Put(
        {
            "pk": f"TENANT#{message.tenant_id}",
            "sk": f"MESSAGE#{message.conversation_id}#{message.message_id}",
            "kind": "message",
            "direction": message.direction,
            "sender_type": message.sender_type,
            "sender_id": message.sender_id,
            "text": message.text,
            "created_at": iso(message.created_at),
        },
        Absent,
    )


def page(tenant_id: str, conversation_id: str, *, offset: int, limit: int) -> list[Message]:
    """Messages of a conversation, newest first."""
    items = _items(tenant_id, conversation_id, newest_first=True)
    return [_from_item(item) for item in islice(items, offset, offset + limit)]


def all_of(tenant_id: str, conversation_id: str) -> list[Message]:
    """All messages of a conversation, newest first."""
    return [_from_item(item) for item in _items(tenant_id, conversation_id, newest_first=True)]


def delete_all(tenant_id: str, conversation_id: str) -> None:
    """Remove the messages of a conversation."""
    items = _items(tenant_id, conversation_id)
    while some := [Delete(item["pk"], item["sk"]) for item in islice(items, 100)]:
        table.transact(some)


def _items(tenant_id: str, conversation_id: str, *, newest_first: bool = False) -> Iterator[Item]:
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(f"MESSAGE#{conversation_id}#")
    return table.query_all(condition, newest_first=newest_first, consistent=True)


def _from_item(item: Item) -> Message:
    _, conversation_id, message_id = item["sk"].split("#")
    return Message(
        tenant_id=item["pk"].partition("#")[2],
        conversation_id=conversation_id,
        message_id=message_id,
        direction=item["direction"],
        sender_type=item["sender_type"],
        sender_id=item.get("sender_id"),
        text=item["text"],
        created_at=parse(item["created_at"]),
    )
