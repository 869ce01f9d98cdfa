"""Webhook endpoints in the table: `TENANT#<t>` / `WEBHOOK#<endpoint_id>` (those of tasks: `TASKHOOK#`), with their
health and in-flight slots."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from tandem.aws import table
from tandem.aws.table import Attr, ConditionFailed, Delete, Item, Key, Put, Update
from tandem.clock import iso, parse
from tandem.shards import shard
from tandem.webhooks.breaker import IN_FLIGHT, Changes, Health, State
from tandem.webhooks.models import Backoff, Endpoint, Policy, Secret

FAMILY = "DELIVERY"
"""Of the due index: deliveries, and endpoints that have held deliveries to let go."""

PREFIX, _TASK_PREFIX = "WEBHOOK#", "TASKHOOK#"
TASK_ID = "task-"
"""What the ids of the destinations of tasks begin with: they are kept apart, and listed nowhere."""

INDEX_LAG = timedelta(seconds=60)
"""After this an index has surely heard of what was written to the table."""

SLOT_LEASE = timedelta(seconds=30)
"""After this a slot is free again even if its worker never came back; longer than an attempt can last."""

_HEALTH = ("failing", "failing_since", "warned_at", "open_until", "trips", "window", "window_total", "window_failed")


class SlotRefused(Exception):
    """The slot was not to be had; `state` is how the endpoint stands, None when there is none."""

    def __init__(self, state: State | None) -> None:
        super().__init__("slot refused")
        self.state = state


def key(tenant_id: str, endpoint_id: str) -> tuple[str, str]:
    """An endpoint's key."""
    return f"TENANT#{tenant_id}", f"{_TASK_PREFIX if endpoint_id.startswith(TASK_ID) else PREFIX}{endpoint_id}"


def endpoint_of(sk: str) -> str | None:
    """The endpoint whose item has this sort key, None where it is no endpoint's."""
    return next((sk.removeprefix(each) for each in (PREFIX, _TASK_PREFIX) if sk.startswith(each)), None)


def insertion(endpoint: Endpoint) -> Put:
    """The write of a new endpoint."""
    return Put(_new_item(endpoint), table.Absent)


def put(endpoint: Endpoint, before: Endpoint | None) -> None:
    """Put an endpoint in the place of the one that was there, and forget how that one fared. Raises ConditionFailed."""
    unchanged = Attr("updated_at").eq(iso(before.updated_at)) if before else table.Absent
    due = _resumed(endpoint.endpoint_id, endpoint.updated_at) if before and not before.is_active else {}
    table.put(_new_item(endpoint) | due, condition=unchanged)


def replacement(before: Endpoint, after: Endpoint) -> Update:
    """The write of another registration, if nobody else has written one since."""
    written = _registration(after)
    return Update(
        *key(after.tenant_id, after.endpoint_id),
        set={name: value for name, value in written.items() if value is not None},
        remove=[name for name, value in written.items() if value is None],
        condition=table.Present & Attr("updated_at").eq(iso(before.updated_at)),
    )


def pausing(tenant_id: str, endpoint_id: str, moment: datetime, reason: str) -> Update:
    """The write after which nothing is sent."""
    marks = {"paused_at": iso(moment), "paused_reason": reason}
    return Update(*key(tenant_id, endpoint_id), set=marks, condition=table.Present)


def resuming(tenant_id: str, endpoint_id: str, moment: datetime) -> Update:
    """The write after which it is sent to again, as if it had never failed; and a note on the due index that held
    deliveries are to be let go."""
    marks = ("paused_at", "paused_reason", *_HEALTH)
    due = _resumed(endpoint_id, moment)
    return Update(*key(tenant_id, endpoint_id), set=due, remove=marks, condition=table.Present)


def mark_resumed(tenant_id: str, endpoint_id: str, moment: datetime) -> None:
    """Nothing is held any more of what was when it was resumed, if that was long enough ago."""
    settled = Attr("due_at").lte(iso(moment))
    try:
        table.update(Update(*key(tenant_id, endpoint_id), remove=("due_shard", "due_at"), condition=settled))
    except ConditionFailed:
        return  # deleted, or resumed anew


def deletion(tenant_id: str, endpoint_id: str) -> Delete:
    """The write that removes an endpoint."""
    return Delete(*key(tenant_id, endpoint_id), table.Present)


def delete(tenant_id: str, endpoint_id: str) -> None:
    """Remove an endpoint, if there is one."""
    table.delete(*key(tenant_id, endpoint_id))


def get(tenant_id: str, endpoint_id: str) -> Endpoint | None:
    """One endpoint, or None."""
    item = table.get(*key(tenant_id, endpoint_id))
    return endpoint_from(item) if item else None


def of_tenant(tenant_id: str) -> Iterator[Endpoint]:
    """All endpoints of a tenant, the oldest first."""
    wanted = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with(PREFIX)
    for item in table.query_all(wanted, consistent=True):
        yield endpoint_from(item)


def states(keys: Sequence[tuple[str, str]], moment: datetime) -> list[State | None]:
    """How these endpoints, given by tenant and id, stand; in the order asked."""
    found: list[State | None] = []
    for start in range(0, len(keys), 100):
        items = table.get_many([key(*each) for each in keys[start : start + 100]])
        found += [state_from(item, moment) if item else None for item in items]
    return found


def take_slot(
    tenant_id: str, endpoint_id: str, slot: int, token: str, moment: datetime, *, rested_until: datetime | None
) -> State:
    """Take an in-flight slot of an endpoint that may be sent to. `rested_until`: the end of the breaker's rest as seen,
    None when it is closed. Raises SlotRefused."""
    name = f"slot_{slot}"
    closed = Attr("open_until").not_exists()
    free = Attr(name).not_exists() | Attr(name).lt(iso(moment))
    rested = closed if rested_until is None else closed | Attr("open_until").eq(iso(rested_until))
    change = Update(
        *key(tenant_id, endpoint_id),
        set={name: token},
        condition=table.Present & Attr("paused_at").not_exists() & rested & free,
    )
    try:
        return state_from(table.update(change), moment)
    except ConditionFailed as failed:
        raise SlotRefused(state_from(failed.item, moment) if failed.item else None) from failed


def slot_token(owner: str, moment: datetime) -> str:
    """The worth of a taken slot: until when, and whose."""
    return f"{iso(moment + SLOT_LEASE)}#{owner}"


def release_slot(
    tenant_id: str, endpoint_id: str, slot: int, token: str, changes: Changes, moment: datetime
) -> State | None:
    """Give the slot back and note what the attempt told; None when the slot had run out or the endpoint is gone."""
    name = f"slot_{slot}"
    change = Update(
        *key(tenant_id, endpoint_id),
        set=_written(changes.set),
        add=changes.add,
        remove=(*changes.remove, name),
        condition=Attr(name).eq(token),
    )
    try:
        return state_from(table.update(change), moment)
    except ConditionFailed:
        return None


def escalate(seen: State, changes: Changes) -> bool:
    """Open the breaker, warn or pause, once; False when somebody else has just done so."""
    endpoint, health = seen.endpoint, seen.health
    same = Attr("open_until").eq(iso(health.open_until)) if health.open_until else Attr("open_until").not_exists()
    unwarned = Attr("warned_at").not_exists() if "warned_at" in changes.set else table.Present
    unpaused = Attr("paused_at").not_exists() if "paused_at" in changes.set else table.Present
    change = Update(
        *key(endpoint.tenant_id, endpoint.endpoint_id),
        set=_written(changes.set),
        remove=changes.remove,
        condition=table.Present & same & unwarned & unpaused,
    )
    try:
        table.update(change)
    except ConditionFailed:
        return False
    return True


def endpoint_from(item: Item) -> Endpoint:
    """The endpoint of an item."""
    policy = item.get("policy")
    return Endpoint(
        tenant_id=item["tenant_id"],
        endpoint_id=item["endpoint_id"],
        name=item["name"],
        url=item["url"],
        events=item["events"],
        secrets=[Secret(each["value"], _moment(each.get("expires_at"))) for each in item["secrets"]],
        created_at=parse(item["created_at"]),
        updated_at=parse(item["updated_at"]),
        headers=item.get("headers", {}),
        policy=Policy(policy["max_retries"], Backoff(policy["backoff"])) if policy else None,
        source=item.get("source"),
        paused_at=_moment(item.get("paused_at")),
        paused_reason=item.get("paused_reason"),
        failing_since=_moment(item.get("failing_since")),
    )


def state_from(item: Item, moment: datetime) -> State:
    """How the endpoint of an item stands."""
    health = Health(
        failing=frozenset(item.get("failing", ())),
        failing_since=_moment(item.get("failing_since")),
        warned_at=_moment(item.get("warned_at")),
        open_until=_moment(item.get("open_until")),
        trips=item.get("trips", 0),
        window=item.get("window", 0),
        window_total=item.get("window_total", 0),
        window_failed=item.get("window_failed", 0),
    )
    busy = frozenset(slot for slot in range(IN_FLIGHT) if item.get(f"slot_{slot}", "") >= iso(moment))
    return State(endpoint_from(item), health, busy)


def _new_item(endpoint: Endpoint) -> Item:
    pk, sk = key(endpoint.tenant_id, endpoint.endpoint_id)
    item = {"pk": pk, "sk": sk, "kind": "webhook", "tenant_id": endpoint.tenant_id, **_registration(endpoint)}
    return item | {"created_at": iso(endpoint.created_at)}


def _resumed(endpoint_id: str, moment: datetime) -> dict[str, str]:
    return {"due_shard": shard(FAMILY, endpoint_id), "due_at": iso(moment + INDEX_LAG)}


def _registration(endpoint: Endpoint) -> dict[str, Any]:
    policy = endpoint.policy
    return {
        "endpoint_id": endpoint.endpoint_id,
        "name": endpoint.name,
        "url": endpoint.url,
        "events": list(endpoint.events),
        "secrets": [
            {"value": each.value} | ({"expires_at": iso(each.expires_at)} if each.expires_at else {})
            for each in endpoint.secrets
        ],
        "headers": dict(endpoint.headers),
        "policy": {"max_retries": policy.max_retries, "backoff": policy.backoff.value} if policy else None,
        "source": endpoint.source,
        "updated_at": iso(endpoint.updated_at),
    }


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in values.items()}


def _moment(text: str | None) -> datetime | None:
    return parse(text) if text else None
