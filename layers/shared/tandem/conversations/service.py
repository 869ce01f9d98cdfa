"""Conversations: opened by hand or by a call, found, changed."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from tandem import clock, postings
from tandem.audit import service as audit
from tandem.aws import table
from tandem.aws.table import TransactionCancelled, Write
from tandem.conversations import store, voice
from tandem.conversations.models import (
    Conversation,
    ConversationChange,
    ConversationFilter,
    ConversationRequest,
    ConversationView,
    events_between,
    may_become,
)
from tandem.customers import service as customers
from tandem.errors import Conflict, NotFound, Unavailable
from tandem.events import outbox
from tandem.events.models import Event, envelope
from tandem.ids import is_id, new_id


def key(tenant_id: str, conversation_id: str) -> tuple[str, str]:
    """What to read to know a conversation."""
    return store.key(tenant_id, conversation_id)


def opening(tenant_id: str, conversation_id: str, customer_id: str, moment: datetime) -> list[Write]:
    """The writes that open a voice conversation with a customer."""
    conversation = Conversation(tenant_id, conversation_id, customer_id, moment, moment, channel="voice")
    return [*store.insertion(conversation), *announcements(None, conversation, moment)]


def changing(before: Conversation, after: Conversation) -> list[Write]:
    """The writes of a change that another record's transaction makes, without events."""
    return store.change(before, after)


def create_conversation(
    tenant_id: str, request: ConversationRequest, *, conversation_id: str, actor: str
) -> ConversationView:
    """Open a conversation. Raises NotFound for an unknown customer."""
    moment = clock.now()
    conversation = Conversation(
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        customer_id=request.customer_id,
        created_at=moment,
        updated_at=moment,
        channel=request.channel,
        subject=request.subject,
        status=request.status,
        priority=request.priority,
        assigned_to=request.assigned_to,
        inbox_id=request.inbox_id,
        labels=request.labels,
    )
    if not is_id(request.customer_id):
        raise _no_customer(request.customer_id)
    writes = [
        customers.requiring(tenant_id, request.customer_id),
        *store.insertion(conversation),
        *announcements(None, conversation, moment),
        audit.entry(tenant_id, actor, "conversation.create", conversation_id, {}),
    ]
    for _ in table.tries():
        try:
            table.transact(writes)
        except TransactionCancelled as cancelled:
            if cancelled.failed[0] is not None:
                raise _no_customer(request.customer_id) from cancelled
            continue
        return view(conversation)
    raise busy()


def list_conversations(
    tenant_id: str, wanted: ConversationFilter, *, page: int, limit: int
) -> tuple[list[ConversationView], int]:
    """A page of the conversations that match, newest first, and how many there are."""
    ids, total = postings.page(tenant_id, store.INDEXED, wanted.terms(), offset=(page - 1) * limit, limit=limit)
    return [view(conversation) for conversation in store.get_many(tenant_id, ids)], total


def get_conversation(tenant_id: str, conversation_id: str) -> Conversation:
    """One conversation of a tenant. Raises NotFound."""
    conversation = store.get(tenant_id, conversation_id) if is_id(conversation_id) else None
    if conversation is None:
        raise NotFound("No such conversation.")
    return conversation


def show_conversation(tenant_id: str, conversation_id: str) -> ConversationView:
    """One conversation of a tenant as it is shown. Raises NotFound."""
    return view(get_conversation(tenant_id, conversation_id))


def update_conversation(
    tenant_id: str, conversation_id: str, change: ConversationChange, *, actor: str
) -> ConversationView:
    """Change what the request names. Raises NotFound; Conflict for a status that the present one cannot become."""
    for _ in table.tries():
        before = get_conversation(tenant_id, conversation_id)
        after = _changed(before, change)
        if after == before:
            return view(before)
        moment = clock.now()
        after = replace(after, updated_at=moment, version=before.version + 1)
        fields = {"fields": sorted(change.model_fields_set)}
        writes = [
            *store.change(before, after),
            *announcements(before, after, moment),
            audit.entry(tenant_id, actor, "conversation.update", conversation_id, fields),
        ]
        try:
            table.transact(writes)
        except TransactionCancelled:
            continue
        return view(after)
    raise busy()


def removing(conversation: Conversation, *, actor: str) -> list[Write]:
    """The writes that remove a conversation, if nothing has happened in it since it was read."""
    told = audit.entry(conversation.tenant_id, actor, "conversation.delete", conversation.conversation_id, {})
    spoken = voice.get(conversation.tenant_id, conversation.conversation_id)
    return [*store.deletion(conversation), *(voice.removing(spoken) if spoken else ()), told]


def announcements(before: Conversation | None, after: Conversation, moment: datetime) -> list[Write]:
    """The outbox writes of what a change amounts to."""
    data = view(after).model_dump(mode="json", by_alias=True)
    tenant_id, subject = after.tenant_id, after.conversation_id
    return [
        outbox.insertion(Event(new_id(), tenant_id, name, moment, subject, envelope(name, moment, data)))
        for name in events_between(before, after)
    ]


def view(conversation: Conversation) -> ConversationView:
    """A conversation as it is shown."""
    last = conversation.last_message_at
    return ConversationView(
        id=conversation.conversation_id,
        subject=conversation.subject,
        status=conversation.status,
        priority=conversation.priority,
        channel=conversation.channel,
        customer_id=conversation.customer_id,
        assigned_to=conversation.assigned_to,
        inbox_id=conversation.inbox_id,
        labels=conversation.labels,
        last_message_at=clock.iso(last) if last else None,
        created_at=clock.iso(conversation.created_at),
        updated_at=clock.iso(conversation.updated_at),
    )


def busy() -> Unavailable:
    """What to answer when others were quicker every time."""
    return Unavailable("This conversation is being changed by many at once. Try again shortly.", retry_after=1)


def _changed(conversation: Conversation, change: ConversationChange) -> Conversation:
    given: dict[str, Any] = {name: getattr(change, name) for name in change.model_fields_set}
    for name in ("channel", "status", "priority", "labels"):
        if given.get(name, ...) is None:
            del given[name]  # null leaves what cannot be without a value
    after = replace(conversation, **given)
    if not may_become(conversation.status, after.status):
        raise Conflict(
            f"A {conversation.status} conversation cannot become {after.status}: reopen it first.",
            details={"status": conversation.status, "wanted": after.status},
        )
    return after


def _no_customer(customer_id: str) -> NotFound:
    return NotFound(f"There is no customer {customer_id}.")
