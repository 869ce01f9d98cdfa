"""The sweep of the due index: hints for every delivery that is due, whatever became of its messages."""

from collections import defaultdict
from datetime import datetime

from tandem.sweeping import each
from tandem.webhooks import breaker, delivery_store, hints, store
from tandem.webhooks.breaker import Free, Full, Resting, State

_MOST_HINTS = 500
"""Per endpoint and sweep; the rest are still due at the next."""

_MOST_RELEASED = 2000
"""Held deliveries of an endpoint that one sweep makes due."""


def run_due_deliveries(moment: datetime) -> int:
    """Send a hint for each delivery that is due, as many as its endpoint can take now; how many that were.

    The rows of an endpoint whose breaker is open stay rows, and after its rest one alone goes out to try.
    """
    resumed: list[tuple[str, str]] = []
    due: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for tenant_id, endpoint_id, event_id in delivery_store.due(moment):
        if event_id is None:
            resumed.append((tenant_id, endpoint_id))
        elif len(waiting := due[tenant_id, endpoint_id]) < _MOST_HINTS:
            waiting.append(event_id)
    sent = 0
    endpoints = list(due)
    for endpoint, state in zip(endpoints, store.states(endpoints, moment), strict=True):
        wanted = due[endpoint][: _room(state, moment)]
        hints.send(*endpoint, wanted)
        sent += len(wanted)
    each(resumed, lambda key: _finish_resuming(*key, moment))
    return sent


def release_held(tenant_id: str, endpoint_id: str, moment: datetime, most: int = _MOST_HINTS) -> int:
    """Send what was held while an endpoint was paused; how many that were. The sweep sends the rest."""
    released = delivery_store.release_held(tenant_id, endpoint_id, moment, most)
    hints.send(tenant_id, endpoint_id, released[:_MOST_HINTS])
    return len(released)


def _finish_resuming(tenant_id: str, endpoint_id: str, moment: datetime) -> None:
    """Once more, when the index has surely heard of all that was held; again at the next sweep unless that was all."""
    if release_held(tenant_id, endpoint_id, moment, _MOST_RELEASED) < _MOST_RELEASED:
        store.mark_resumed(tenant_id, endpoint_id, moment)


def _room(state: State | None, moment: datetime) -> int:
    if state is None:
        return _MOST_HINTS  # deleted: they only have to be cancelled
    match breaker.admission(state, moment):
        case Resting() | Full():
            return 0
        case Free() if state.health.open_until:
            return 1
        case _:
            return _MOST_HINTS
