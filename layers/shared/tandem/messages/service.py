"""Messages: sent and received in a conversation, listed, and removed together with it."""

from tandem import clock
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.conversations import service as conversations
from tandem.conversations.models import Conversation
from tandem.errors import Conflict
from tandem.events import outbox
from tandem.events.models import Event, envelope
from tandem.ids import new_id
from tandem.messages import store
from tandem.messages.models import Message, MessageRequest, MessageView, joined
from tandem.shapes import Deleted


def create_message(tenant_id: str, conversation_id: str, request: MessageRequest, *, message_id: str) -> MessageView:
    """Add a message to a conversation. Raises NotFound; Conflict when nothing may be sent, as it is closed."""
    message = Message(
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        message_id=message_id,
        direction=request.direction,
        sender_type=request.sender,
        sender_id=request.sender_id,
        text=request.text,
        created_at=clock.now(),
    )
    for _ in table.tries():
        before = conversations.get_conversation(tenant_id, conversation_id)
        if before.status == "closed" and message.direction == "outbound":
            raise Conflict("This conversation is closed: reopen it first.", details={"status": before.status})
        try:
            table.transact(_writes(before, message))
        except TransactionCancelled:
            continue  # something else happened in the conversation meanwhile: read it again
        return view(message)
    raise conversations.busy()


def list_messages(tenant_id: str, conversation_id: str, *, page: int, limit: int) -> tuple[list[MessageView], int]:
    """A page of the messages of a conversation, newest first, and how many there are. Raises NotFound."""
    conversation = conversations.get_conversation(tenant_id, conversation_id)
    found = store.page(tenant_id, conversation_id, offset=(page - 1) * limit, limit=limit)
    return [view(message) for message in found], conversation.messages


def of_conversation(tenant_id: str, conversation_id: str) -> list[Message]:
    """All messages of a conversation, the newest first."""
    return store.all_of(tenant_id, conversation_id)


def delete_conversation(tenant_id: str, conversation_id: str, *, actor: str) -> Deleted:
    """Remove a conversation with its messages; calls that belonged to it stay. Raises NotFound.

    The messages go first, so that the request can be repeated when it was cut short. A message that comes meanwhile
    changes the conversation, which is then not removed before that message is.
    """
    for _ in table.tries():
        conversation = conversations.get_conversation(tenant_id, conversation_id)
        try:
            store.delete_all(tenant_id, conversation_id)
            table.transact(conversations.removing(conversation, actor=actor))
        except TransactionCancelled:
            continue
        return Deleted(id=conversation_id)
    raise conversations.busy()


def view(message: Message) -> MessageView:
    """A message as it is shown."""
    return MessageView(
        id=message.message_id,
        conversation_id=message.conversation_id,
        direction=message.direction,
        sender_type=message.sender_type,
        sender_id=message.sender_id,
        text=message.text,
        created_at=clock.iso(message.created_at),
    )


def _writes(before: Conversation, message: Message) -> list[Write]:
    after = joined(before, message)
    moment = message.created_at
    data = view(message).model_dump(mode="json", by_alias=True)
    body = envelope(message.event, moment, data)
    told = Event(new_id(), message.tenant_id, message.event, moment, message.conversation_id, body)
    writes = [store.insertion(message), *conversations.changing(before, after), outbox.insertion(told)]
    if after.status != before.status:
        writes += conversations.announcements(before, after, moment)
    return writes
