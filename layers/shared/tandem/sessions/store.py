"""Sessions in the table: `LOGIN#<hash>`, one a login; `ATTEMPT#<what>#<hash>`, logins that did not succeed."""

from collections.abc import Sequence
from contextlib import suppress

from tandem import clock
from tandem.aws import table
from tandem.aws.table import Absent, Attr, Condition, ConditionFailed, Item, Put, Update
from tandem.errors import Unavailable
from tandem.keys.models import Window, stale_counters
from tandem.sessions.models import GRACE, LIVES, Tries

Subject = tuple[str, str]
"""Whose tries are counted: `email` or `address`, and the hash of which."""


def insert(login: str, item: Item) -> None:
    """Store a new login."""
    now = int(clock.timestamp())
    table.put(
        {**item, "pk": _pk(login), "sk": "LOGIN", "kind": "login", "created_at": now, "expires_at": now + LIVES},
        condition=Absent,
    )


def get(login: str) -> Item | None:
    """A login, or None where it is over."""
    return table.get(_pk(login), "LOGIN")


def delete(login: str) -> None:
    """End a login."""
    table.delete(_pk(login), "LOGIN")


def count(login: str, windows: Sequence[tuple[Window, int]]) -> Item:
    """Check that a login lasts and count one request of it against each window and its limit, in one write; the item
    as it is then. Raises ConditionFailed with the item where it is over or a limit is reached."""
    condition: Condition = Attr("expires_at").gt(int(clock.timestamp()))
    for window, limit in windows:
        counter = Attr(window.counter)
        condition &= counter.not_exists() | counter.lt(limit)
    counters = {window.counter: 1 for window, _ in windows}
    item = table.update(Update(_pk(login), "LOGIN", add=counters, condition=condition))
    fresh = any(item[window.counter] == 1 for window, _ in windows)
    if fresh and (stale := stale_counters(item, [window for window, _ in windows], "m")):
        with suppress(ConditionFailed):
            table.update(Update(_pk(login), "LOGIN", remove=stale, condition=table.Present))
    return item


def rotate(login: str, before: str, after: str) -> None:
    """Put the digest of a new secret in the place of the one that was used. Raises ConditionFailed."""
    now = int(clock.timestamp())
    change = {"secret": after, "previous": before, "rotated_at": now}
    lost = Attr("previous").eq(before) & Attr("rotated_at").gt(now - GRACE)
    lasting = Attr("expires_at").gt(now) & (Attr("secret").eq(before) | lost)
    table.update(Update(_pk(login), "LOGIN", set=change, condition=lasting))


def tries(subjects: Sequence[Subject]) -> list[Tries | None]:
    """What was tried of each."""
    found = table.get_many([_attempts(subject) for subject in subjects])
    return [Tries(item["failures"], item["open_at"], item["expires_at"]) if item else None for item in found]


def replace_tries(changes: Sequence[tuple[Subject, Tries | None, Tries]]) -> None:
    """Write down one more try of each, if they are as they were read. Raises TransactionCancelled."""
    writes = []
    for subject, before, after in changes:
        pk, sk = _attempts(subject)
        counted = {"failures": after.failures, "open_at": after.open_at, "expires_at": after.forgotten_at}
        read = before or Tries(0, 0, 0)
        same = Attr("failures").eq(read.failures) & Attr("open_at").eq(read.open_at)
        writes.append(Put({"pk": pk, "sk": sk, "kind": "attempts", **counted}, same if before else Absent))
    table.transact(writes)


def forget_tries(email: Subject, address: Subject) -> None:
    """A login succeeded: its e-mail address starts afresh, its network address has one failure less."""
    table.delete(*_attempts(email))
    with suppress(ConditionFailed, Unavailable):  # it would only wait a little sooner
        table.update(Update(*_attempts(address), add={"failures": -1}, condition=Attr("failures").gt(0)))


def _pk(login: str) -> str:
    return f"LOGIN#{login}"


def _attempts(subject: Subject) -> tuple[str, str]:
    what, hashed = subject
    return f"ATTEMPT#{what}#{hashed}", "LOGIN"
