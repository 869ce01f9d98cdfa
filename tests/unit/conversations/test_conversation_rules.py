"""How a conversation's status may change, and what a change amounts to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from tandem.conversations.models import (
    TRANSITIONS,
    Conversation,
    ConversationFilter,
    ConversationStatus,
    events_between,
    may_become,
    terms,
)
from tandem.messages.models import Message, joined

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
BEFORE = Conversation("t", "c", "somebody", MOMENT, MOMENT, "email")
STATUSES: tuple[ConversationStatus, ...] = ("open", "pending", "closed")


def message(direction: str = "outbound", after: int = 60) -> Message:
    sender = "customer" if direction == "inbound" else "agent"
    moment = MOMENT + timedelta(seconds=after)
    return Message("t", "c", "m", direction, sender, None, "Hello", moment)  # type: ignore[arg-type]


def test_what_is_closed_can_only_be_reopened() -> None:
    allowed = {(old, new) for old, new in product(STATUSES, STATUSES) if old != new and may_become(old, new)}
    assert set(product(STATUSES, STATUSES)) - allowed - {(each, each) for each in STATUSES} == {("closed", "pending")}
    assert set(TRANSITIONS) == set(STATUSES)
    assert all(may_become(each, each) for each in STATUSES)


def test_from_every_status_every_other_can_be_reached() -> None:
    for start in STATUSES:
        reached = {start}
        for _ in STATUSES:
            reached |= {new for old in reached for new in TRANSITIONS[old]}
        assert reached == set(STATUSES)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"subject": "x"}, ["conversation.updated"]),
        ({"assigned_to": "a"}, ["conversation.updated", "conversation.assigned"]),
        ({"status": "closed"}, ["conversation.updated", "conversation.closed"]),
        ({"status": "pending"}, ["conversation.updated"]),
        (
            {"status": "closed", "assigned_to": "a"},
            ["conversation.updated", "conversation.assigned", "conversation.closed"],
        ),
    ],
)
def test_a_change_amounts_to_its_events(change: dict[str, str], expected: list[str]) -> None:
    after = replace(BEFORE, **change)  # type: ignore[arg-type]
    assert list(events_between(BEFORE, after)) == expected
    assert list(events_between(after, replace(after, subject="y"))) == ["conversation.updated"]


def test_an_opening_is_told_with_whom_it_was_given_to() -> None:
    assert list(events_between(None, BEFORE)) == ["conversation.created"]
    given = replace(BEFORE, assigned_to="a")
    assert list(events_between(None, given)) == ["conversation.created", "conversation.assigned"]


def test_it_is_found_by_its_properties_and_asked_for_by_the_rarest_first() -> None:
    full = replace(BEFORE, assigned_to="a", inbox_id="i", status="pending", priority="low")
    assert terms(full) == {"status=pending", "priority=low", "assigned=a", "inbox=i", "customer=somebody"}
    assert terms(BEFORE) == {"status=open", "priority=medium", "customer=somebody"}
    wanted = ConversationFilter("pending", "low", "a", "i", "somebody").terms()
    assert wanted == ["customer=somebody", "assigned=a", "inbox=i", "priority=low", "status=pending"]
    assert ConversationFilter().terms() == []


@pytest.mark.parametrize("status", STATUSES)
def test_a_customers_message_opens_a_conversation_and_an_agents_leaves_it(status: ConversationStatus) -> None:
    before = replace(BEFORE, status=status)
    assert joined(before, message("inbound")).status == "open"
    assert joined(before, message("outbound")).status == status
    reopened = joined(before, message("inbound")).updated_at != before.updated_at
    assert reopened == (status != "open")


def test_messages_are_counted_and_the_latest_remembered() -> None:
    after = joined(joined(BEFORE, message(after=60)), message(after=30))
    assert (after.messages, after.version) == (2, BEFORE.version + 2)
    assert after.last_message_at == MOMENT + timedelta(seconds=60)
    assert after.updated_at == BEFORE.updated_at
