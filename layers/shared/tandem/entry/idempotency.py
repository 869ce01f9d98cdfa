"""`Idempotency-Key`: a repeated request gets the first one's answer, and never a second effect.

The record is claimed before the work by a conditional write with an owner's token, so that only its owner may
complete or release it. It keeps the id for what the request creates: whoever takes over after a crash creates the
same thing, and the domain sees that it is there already.
"""

import hashlib

from tandem import clock
from tandem.aws import table
from tandem.aws.table import Attr, ConditionFailed, Item
from tandem.errors import BadRequest, Conflict, Problem, Unavailable
from tandem.ids import new_id
from tandem.observability import logger
from tandem.records import record

LIFETIME = 24 * 3600
"""Seconds that an answer is kept."""

LEASE = 60
"""Seconds after which a request that neither completed nor released its claim is taken for dead; longer than any
function of the API may run."""

LONGEST_KEY = 255


class KeyReused(Problem):
    """The same key came with another request."""

    status = 422
    code = "IDEMPOTENCY_KEY_REUSED"


class InFlight(Conflict):
    """The first request with the same key is still running."""

    def __init__(self, seconds: int) -> None:
        super().__init__("The first request with this Idempotency-Key is still running.")
        self.retry_after = max(1, seconds)


@record
class Answer:
    """A stored answer."""

    status: int
    body: str


@record
class Claim:
    """The right to do the work of a request, once."""

    pk: str
    owner: str
    resource_id: str


def claim(tenant_id: str, route: str, key: str, content: bytes, resource_id: str, *, test: bool) -> Claim | Answer:
    """Claim the work, or get the answer that it had. Raises BadRequest, KeyReused, or Conflict while in flight.

    What a test credential did is not what a live one is answered: each has its own keys.
    """
    key = _unquoted(key)
    now = int(clock.timestamp())
    pk = f"IDEMPOTENCY#{tenant_id}#{'test' if test else 'live'}#{hashlib.sha256(f'{route} {key}'.encode()).hexdigest()}"
    fingerprint = hashlib.sha256(content).hexdigest()
    wanted: Item = {
        "pk": pk,
        "sk": "REQUEST",
        "kind": "idempotency",
        "fingerprint": fingerprint,
        "owner": new_id(),
        "resource_id": resource_id,
        "claimed_until": now + LEASE,
        "expires_at": now + LIFETIME,
    }
    free = Attr("pk").not_exists() | Attr("expires_at").lte(now)
    try:
        table.put(wanted, condition=free)
    except ConditionFailed as taken:
        if taken.item is None:
            raise InFlight(1) from taken
        return _second(wanted, taken.item, now)
    return Claim(pk, wanted["owner"], resource_id)


def complete(held: Claim, answer: Answer) -> None:
    """Keep the answer for whoever asks again."""
    _settle(
        held,
        table.Update(held.pk, "REQUEST", set={"status": answer.status, "body": answer.body}, remove=["claimed_until"]),
    )


def release(held: Claim) -> None:
    """The work had no effect: let the next request do it. The id stays, so that it cannot be done under another."""
    _settle(held, table.Update(held.pk, "REQUEST", set={"claimed_until": 0}))


def _settle(held: Claim, change: table.Update) -> None:
    owned = table.Update(change.pk, change.sk, change.set, change.add, change.remove, Attr("owner").eq(held.owner))
    try:
        table.update(owned)
    except ConditionFailed:
        return  # someone took over after our lease ended; the record is theirs now
    except Unavailable:
        # The work is done and this caller has its answer; a repetition finds the same resource once the lease ends.
        logger().warning("the answer could not be kept for repetitions")


def _second(wanted: Item, first: Item, now: int) -> Claim | Answer:
    if first["fingerprint"] != wanted["fingerprint"]:
        raise KeyReused("This Idempotency-Key was used with another request.")
    if "status" in first:
        return Answer(first["status"], first["body"])
    if first["owner"] != wanted["owner"] and first["claimed_until"] > now:
        raise InFlight(first["claimed_until"] - now)
    return _take_over(wanted, first)


def _take_over(wanted: Item, first: Item) -> Claim:
    change = {name: wanted[name] for name in ("owner", "claimed_until")}
    try:
        table.update(table.Update(wanted["pk"], "REQUEST", set=change, condition=Attr("owner").eq(first["owner"])))
    except ConditionFailed as error:
        raise InFlight(1) from error
    return Claim(wanted["pk"], wanted["owner"], first["resource_id"])


def _unquoted(key: str) -> str:
    """The key, bare or as a structured-field string (IETF draft-ietf-httpapi-idempotency-key-header)."""
    bare = key[1:-1] if len(key) >= 2 and key[0] == key[-1] == '"' else key
    if not 1 <= len(bare) <= LONGEST_KEY or not bare.isascii() or not bare.isprintable():
        raise BadRequest(f"Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters.")
    return bare
