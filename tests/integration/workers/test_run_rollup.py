"""Every minute: figures that are not up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from infra.local.stack import Stack
from infra.local.workspaces import operating
from tandem.aws import clients
from tandem.carriers.base import Outcome
from tandem.ids import earliest_id
from tests.integration.conftest import Client
from tests.integration.test_never_dials_twice import hooked
from tests.integration.voice_analytics.records import NOON, Book, figures, rolled_up

FUNCTION = "WorkersRunRollup"


def tick(stack: Stack) -> None:
    outcome = stack.run_schedule(FUNCTION)
    assert not outcome.failed, outcome.error


def shown(client: Client) -> dict[str, dict[str, Any]]:
    """The figures as they are stored, by period."""
    items = client.items("FIGURES#")
    return {item.pop("sk").removeprefix("FIGURES#"): item for item in items}


def test_an_hour_its_day_and_its_month_are_computed_together(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    book.talked(NOON, 61, direction="inbound", carrier="twilio")
    book.write(NOON, agent_id="agent-2", ended_at=NOON, told_outcome=Outcome.BUSY)
    book.talked(NOON + timedelta(hours=3), 9)
    stack.settle()
    with stack.count_requests() as counted:
        tick(stack)
    assert counted.total(operation="TransactWriteItems", function=FUNCTION) == 2
    found = shown(demo)
    assert list(found) == ["DAY#20240310", "HOUR#2024031012", "HOUR#2024031015", "MONTH#202403"]
    hour = found["HOUR#2024031012"]
    assert {name: hour[name] for name in ("status", "direction", "agent", "carrier", "seconds", "timed")} == {
        "status": {"completed": 1, "failed": 1},
        "direction": {"inbound": 1, "outbound": 1},
        "agent": {"agent-1": 1, "agent-2": 1},
        "carrier": {"twilio": 1, "sandbox": 1},
        "seconds": 61,
        "timed": 1,
    }
    for name in ("DAY#20240310", "MONTH#202403"):
        assert (found[name]["status"], found[name]["seconds"]) == ({"completed": 2, "failed": 1}, 70)
        assert "agent" not in found[name]


def test_a_late_event_for_a_past_month_corrects_it(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    call_id = book.write(NOON, told_answered_at=NOON)
    rolled_up(demo)
    assert shown(demo)["MONTH#202403"]["status"] == {"answered": 1}
    book.change(call_id, ended_at=NOON + timedelta(minutes=2), told_outcome=Outcome.ANSWERED_HUMAN)
    rolled_up(demo)
    assert shown(demo)["MONTH#202403"]["status"] == {"completed": 1}
    assert figures(demo, start_date="2024-03-01", end_date="2024-03-31")["avg_duration_seconds"] == 120.0


def test_a_tick_with_nothing_to_do_asks_eight_times_and_writes_nothing(demo: Client, stack: Stack) -> None:
    Book(demo).talked(NOON, 60)
    rolled_up(demo)
    with stack.count_requests() as counted:
        tick(stack)
    assert counted.by_operation() == {"dynamodb:Query": 8}


@contextmanager
def meanwhile(stack: Stack, operation: str, act: Any) -> Iterator[list[int]]:
    """Within, this happens once: just before the function's next request of this kind is made."""
    happened: list[int] = []

    def once(**_: Any) -> None:
        if not happened:
            happened.append(1)
            act()

    with hooked(stack, clients.dynamodb, f"before-call.dynamodb.{operation}", once, FUNCTION):
        yield happened


def test_a_change_while_its_hour_is_computed_is_computed_next_time(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    call_id = book.write(NOON)
    stack.settle()

    def change() -> None:
        book.change(call_id, ended_at=NOON, told_outcome=Outcome.VOICEMAIL)
        tell(stack, book, call_id)

    with meanwhile(stack, "TransactWriteItems", change) as happened:
        tick(stack)
    assert happened
    assert shown(demo) == {}, "what was computed was stale before it was written"
    assert figures(demo) == book.overview()
    tick(stack)
    assert shown(demo)["HOUR#2024031012"]["status"] == {"completed": 1}
    assert figures(demo) == book.overview()
    assert demo.items("MARK#") == []


def tell(stack: Stack, book: Book, call_id: str) -> None:
    """What the stream does with a change of a call, at once."""
    from tandem.analytics.rolling import changed
    from tandem.calls import store

    call = book.calls[call_id]
    with operating(stack):
        changed(None, dict(store.insertion(call, NOON).item))


def test_two_that_compute_hours_of_one_day_at_once_lose_neither(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    book.talked(NOON, 10)
    stack.settle()

    def other_hour() -> None:
        """Another call of the day is written, told of and computed from beginning to end."""
        from tandem import clock
        from tandem.analytics.rolling import roll_up

        call_id = book.talked(NOON + timedelta(hours=2), 20)
        tell(stack, book, call_id)
        with operating(stack):
            assert roll_up(clock.now()) == 1

    with meanwhile(stack, "TransactWriteItems", other_hour) as happened:
        tick(stack)
    assert happened
    assert demo.items("MARK#") == []
    found = shown(demo)
    assert [found[name]["seconds"] for name in ("DAY#20240310", "MONTH#202403")] == [30, 30]
    assert figures(demo) == book.overview()


def test_an_hour_that_cannot_be_computed_does_not_hold_up_the_others(demo: Client, other: Client, stack: Stack) -> None:
    from tandem.aws import table

    book, theirs = Book(demo), Book(other)
    book.talked(NOON, 10)
    book.talked(NOON + timedelta(hours=2), 20)
    theirs.talked(NOON, 30)
    stack.settle()
    pk, sk = f"TENANT#{demo.workspace.tenant_id}", f"CALL#{earliest_id(NOON)}"
    with operating(stack):
        table.put({"pk": pk, "sk": sk, "kind": "broken"})
    tick(stack)
    assert [item["sk"] for item in demo.items("MARK#")] == ["MARK#2024031012"]
    assert figures(demo, start_date="2024-03-10T13:00:00Z")["avg_duration_seconds"] == 20.0
    assert figures(other) == theirs.overview()
    with operating(stack):
        table.delete(pk, sk)
    stack.advance(361)
    assert demo.items("MARK#") == []
    assert figures(demo) == book.overview()


def test_who_died_in_the_midst_is_succeeded_after_five_minutes(demo: Client, stack: Stack) -> None:
    book = Book(demo)
    book.talked(NOON, 10)
    stack.settle()
    fault = {"kind": "fail", "service": "dynamodb", "operation": "TransactWriteItems", "function": FUNCTION}
    stack.faults.add(fault)
    stack.run_schedule(FUNCTION)
    stack.faults.clear()
    assert figures(demo) == book.overview()
    tick(stack)
    assert len(demo.items("MARK#")) == 1, "it is still held"
    stack.advance(361)
    assert demo.items("MARK#") == []
    assert figures(demo) == book.overview()
