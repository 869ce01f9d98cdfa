"""What follows from a change of the table besides webhooks: each by itself, whatever becomes of the others."""

from collections.abc import Callable, Mapping, Sequence

from tandem.analytics import rolling as figures
from tandem.aws.marshal import Item
from tandem.calls.models import Status
from tandem.live import service as live
from tandem.routing import service as routing
from tandem.tasks import execution as tasks

Follower = Callable[[Item | None, Item], None]


def follow(before: Item | None, after: Item) -> None:
    """Tell everyone whom a change of an item concerns. Repeating it has no further effect; where somebody failed it is
    to come again. Raises ExceptionGroup with what went wrong."""
    failures: list[Exception] = []
    for follower in _FOLLOWERS[after["kind"]]:
        try:
            follower(before, after)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup(f"not all that follows from a change of a {after['kind']} was done", failures)


def _ended(before: Item | None, after: Item) -> None:
    """A call that has just ended holds nobody, and its task is over."""
    if Status(after["status"]).is_final and (before is None or before["status"] != after["status"]):
        routing.call_ended(after)
        tasks.call_ended(after)


_FOLLOWERS: Mapping[str, Sequence[Follower]] = {
    "call": (_ended, figures.changed, live.changed),
    "transcript": (figures.changed, live.changed),
    "turn": (live.changed,),
    "socket": (live.changed,),
}
