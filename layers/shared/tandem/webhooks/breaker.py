"""How much of an endpoint's trouble is let through: in-flight slots, breaker, warning, pause. Pure.

The breaker counts deliveries, not repetitions: one event retried on the customer's own policy never opens it, so that
policy is kept to the second as long as there is no flood to hold back.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Any

from tandem.records import record
from tandem.webhooks.models import Attempt, Endpoint

IN_FLIGHT = 10
"""Attempts at one endpoint at a time."""

_OPENING_FAILURES = 5
_WINDOW = 300
_WINDOW_LEAST = 10
_WINDOW_SHARE = 0.7
_FIRST_REST = 30
_LONGEST_REST = 900
WARN_AFTER = timedelta(hours=24)
PAUSE_AFTER = timedelta(days=5)

GONE = "gone"
FAILING = "failing"
CUSTOMER = "customer"
"""Why an endpoint is paused: it answered 410, it failed for five days on end, its owner wants it so."""


@record
class Health:
    """What attempts have told of an endpoint. `failing`: the events that failed since the last success, or since the
    breaker opened; `window`: the number of the five minutes in which first attempts are being counted."""

    failing: frozenset[str] = frozenset()
    failing_since: datetime | None = None
    warned_at: datetime | None = None
    open_until: datetime | None = None
    trips: int = 0
    window: int = 0
    window_total: int = 0
    window_failed: int = 0


@record
class State:
    """An endpoint as it stands: its registration, its health, the slots that are taken."""

    endpoint: Endpoint
    health: Health
    busy: frozenset[int]


@record
class Changes:
    """Changes to fields of Health, and to `paused_at` and `paused_reason` of the endpoint."""

    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int | frozenset[str]] = field(default_factory=dict)
    remove: tuple[str, ...] = ()


@record
class Free:
    """This slot may be taken."""

    slot: int


@record
class Resting:
    """The breaker is open until then."""

    until: datetime


class Full:
    """As many attempts are under way as may be."""


class Paused:
    """Nothing is sent until the endpoint is resumed."""


def admission(state: State, moment: datetime) -> Free | Resting | Full | Paused:
    """Whether an attempt may be made now. After a rest one attempt at a time tries how things are."""
    if not state.endpoint.is_active:
        return Paused()
    if state.health.open_until and state.health.open_until > moment:
        return Resting(state.health.open_until)
    slots = range(1) if state.health.open_until else range(IN_FLIGHT)
    free = [slot for slot in slots if slot not in state.busy]
    return Free(free[0]) if free else Full()


def outcome(state: State, event_id: str, attempt: Attempt, *, first: bool) -> Changes:
    """What one attempt changes at once. `first`: of its delivery."""
    counted, added = _window(state.health, attempt) if first else ({}, {})
    if attempt.succeeded:
        return Changes(counted, added, ("failing", "failing_since", "warned_at", "open_until", "trips"))
    if state.health.failing_since is None:
        counted["failing_since"] = attempt.at
    if attempt.status == 410:
        counted |= {"paused_at": attempt.at, "paused_reason": GONE}
    return Changes(counted, added | {"failing": frozenset({event_id})})


def escalation(state: State, moment: datetime, *, probing: bool) -> Changes | None:
    """What failures so far call for besides. `probing`: the failed attempt was the one after a rest."""
    health = state.health
    wanted: dict[str, Any] = {}
    removed: tuple[str, ...] = ()
    is_open = health.open_until is not None and health.open_until > moment
    if not is_open and (probing or _too_many(health, moment)):
        rest = min(_LONGEST_REST, _FIRST_REST * 2 ** min(health.trips, 10))
        wanted |= {"open_until": moment + timedelta(seconds=rest), "trips": health.trips + 1}
        removed = ("failing", "window", "window_total", "window_failed")
    failing_for = moment - (health.failing_since or moment)
    if state.endpoint.is_active and failing_for >= PAUSE_AFTER:
        wanted |= {"paused_at": moment, "paused_reason": FAILING}
    elif failing_for >= WARN_AFTER and health.warned_at is None:
        wanted["warned_at"] = moment
    return Changes(wanted, remove=removed) if wanted else None


def _too_many(health: Health, moment: datetime) -> bool:
    if len(health.failing) >= _OPENING_FAILURES:
        return True
    counted = health.window_total if health.window == _number(moment) else 0
    return counted >= _WINDOW_LEAST and health.window_failed >= _WINDOW_SHARE * counted


def _window(health: Health, attempt: Attempt) -> tuple[dict[str, Any], dict[str, int | frozenset[str]]]:
    failed = 0 if attempt.succeeded else 1
    number = _number(attempt.at)
    if health.window == number:
        return {}, {"window_total": 1, "window_failed": failed}
    return {"window": number, "window_total": 1, "window_failed": failed}, {}


def _number(moment: datetime) -> int:
    return int(moment.timestamp()) // _WINDOW
