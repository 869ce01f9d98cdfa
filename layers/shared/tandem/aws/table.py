"""The one DynamoDB table: reads, conditional writes, transactions. Keys are built by the domains' stores."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from tandem.aws.clients import dynamodb
from tandem.aws.conditions import Attr as Attr
from tandem.aws.conditions import Condition as Condition
from tandem.aws.conditions import Key as Key
from tandem.aws.conditions import Placeholders
from tandem.aws.marshal import Item, from_dynamodb, item_from_dynamodb, item_to_dynamodb, to_dynamodb
from tandem.config import settings
from tandem.errors import Unavailable
from tandem.records import record

Absent = Attr("pk").not_exists()
"""The condition that there is no such item yet."""

Present = Attr("pk").exists()
"""The condition that there is such an item."""

_PAUSES = (0, 0.05, 0.1, 0.2, 0.4)
"""Seconds before each try at reading keys that the database had no room for."""

_CONFLICT_PAUSES = (0.02, 0.04, 0.08, 0.16, 0.32, 0.64)
"""Seconds that a transaction waits at most, the time left to chance, before it is tried again after another one was at
the same items: many calls of one tenant begin at once, and each is counted."""

_BETWEEN_TRIES = (0.02, 0.02, 0.04, 0.04, 0.08, 0.08, 0.16, 0.16, 0.32, 0.32, 0.32)
"""Seconds between two tries of a change, at most."""

DUE_INDEX = "due"
"""The sparse index of everything that must be looked at by a certain time: `due_shard`, `due_at`."""

AGENT_INDEX, CUSTOMER_INDEX, STATUS_INDEX = "by_agent", "by_customer", "by_status"
"""Calls by agent, customer and status: `of_agent`, `of_customer` or `of_status`, and the table's own `sk`."""

ENDPOINT_INDEX = "by_endpoint"
"""Webhook deliveries by endpoint and status: `of_endpoint` and the table's own `sk`."""


class ConditionFailed(Exception):
    """The condition of a write did not hold; `item` is what stands there, or None."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("condition failed")
        self.item = item


class TransactionCancelled(Exception):
    """A transaction did not happen, for a condition or because another one was at it (`conflict`). `failed` gives, per
    write in order, the item whose condition failed, {} when there was none, and None for writes not at fault."""

    def __init__(self, failed: Sequence[Item | None], *, conflict: bool) -> None:
        super().__init__("transaction cancelled")
        self.failed = list(failed)
        self.conflict = conflict


@record
class Put:
    """Write a whole item."""

    item: Item
    condition: Condition | None = None


@record
class Update:
    """Change attributes of one item: `set` to values, `add` to numbers and sets, `remove` names."""

    pk: str
    sk: str
    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int | float | frozenset[str]] = field(default_factory=dict)
    remove: Sequence[str] = ()
    condition: Condition | None = None


@record
class Delete:
    """Remove one item."""

    pk: str
    sk: str
    condition: Condition | None = None


@record
class Check:
    """Require a condition of an item that the transaction does not write."""

    pk: str
    sk: str
    condition: Condition


Write = Put | Update | Delete | Check


@record
class Page:
    """Items of a query, and the key to go on from when there are more."""

    items: list[Item]
    next_key: dict[str, Any] | None


def get(pk: str, sk: str, *, consistent: bool = True) -> Item | None:
    """The item under this key, or None."""
    answer = _call("get_item", Key=_key(pk, sk), ConsistentRead=consistent)
    return item_from_dynamodb(answer["Item"]) if "Item" in answer else None


def get_many(keys: Sequence[tuple[str, str]]) -> list[Item | None]:
    """The items under these keys, at most 100, in one round trip and in the order asked."""
    wanted = list(dict.fromkeys(keys))
    found: dict[tuple[str, str], Item] = {}
    pending: list[dict[str, Any]] = [_key(pk, sk) for pk, sk in wanted]
    for pause in _PAUSES:
        time.sleep(pause)
        request = {settings().table: {"Keys": pending, "ConsistentRead": True}}
        answer = _raw("batch_get_item", RequestItems=request)
        for image in answer["Responses"].get(settings().table, []):
            item = item_from_dynamodb(image)
            found[item["pk"], item["sk"]] = item
        if not (pending := answer.get("UnprocessedKeys", {}).get(settings().table, {}).get("Keys", [])):
            return [found.get(key) for key in keys]
    raise Unavailable("The database has no room now.")


def put(item: Item, *, condition: Condition | None = None) -> None:
    """Write a whole item. Raises ConditionFailed."""
    _call("put_item", Item=item_to_dynamodb(item), **_condition(condition), **_old_on_failure(condition))


def update(change: Update) -> Item:
    """Change an item and return it as it is then. Raises ConditionFailed."""
    answer = _call("update_item", **_update(change), ReturnValues="ALL_NEW", **_old_on_failure(change.condition))
    return item_from_dynamodb(answer["Attributes"])


def change(wanted: Update) -> None:
    """Change an item that nobody wants to see. Raises ConditionFailed."""
    _call("update_item", **_update(wanted), **_old_on_failure(wanted.condition))


def delete(pk: str, sk: str, *, condition: Condition | None = None) -> None:
    """Remove an item, or do nothing when there is none. Raises ConditionFailed."""
    _call("delete_item", Key=_key(pk, sk), **_condition(condition), **_old_on_failure(condition))


def tries(pauses: Sequence[float] = _BETWEEN_TRIES) -> Iterator[int]:
    """The tries of a change that others may be quicker than: within each it is read, decided and written anew. Their
    pauses grow, and are left to chance, so that those who met do not meet again. How many are left after each."""
    for number, longest in enumerate(pauses):
        yield len(pauses) - number
        time.sleep(random.uniform(0, longest))  # noqa: S311 - scattered, not secret
    yield 0


def transact(writes: Sequence[Write]) -> None:
    """All of these writes or none, at most 100. The SDK sends a token along, so that its own repetition after a lost
    answer has no further effect. One that only met another one is tried again. Raises TransactionCancelled, and
    Unavailable when the database was too busy."""
    entries = [_transaction_entry(write) for write in writes]
    for left in tries(_CONFLICT_PAUSES):
        try:
            _transact(entries)
        except TransactionCancelled as cancelled:
            if not left or not cancelled.conflict or any(item is not None for item in cancelled.failed):
                raise
        else:
            return


def _transact(entries: Sequence[dict[str, Any]]) -> None:
    try:
        _raw("transact_write_items", TransactItems=entries)
    except ClientError as error:
        if error.response["Error"]["Code"] != "TransactionCanceledException":
            raise
        reasons: list[Any] = cast("Any", error.response).get("CancellationReasons", [])
        failed = [
            item_from_dynamodb(reason.get("Item") or {}) if reason.get("Code") == "ConditionalCheckFailed" else None
            for reason in reasons
        ]
        codes = {reason.get("Code") for reason in reasons} - {None, "None"}
        if passing := codes & _PASSING_REASONS:
            raise Unavailable(f"The database has no room now: {', '.join(sorted(passing))}.") from error
        if codes - {"ConditionalCheckFailed", "TransactionConflict"}:
            raise
        raise TransactionCancelled(failed, conflict="TransactionConflict" in codes) from error


def query(
    condition: Condition,
    *,
    index: str | None = None,
    newest_first: bool = False,
    limit: int | None = None,
    start_key: dict[str, Any] | None = None,
    where: Condition | None = None,
    consistent: bool = False,
) -> Page:
    """One page of items whose key meets the condition; `where` filters after reading."""
    arguments = _query(condition, index, where) | {"ScanIndexForward": not newest_first}
    if consistent:
        arguments["ConsistentRead"] = True
    if limit is not None:
        arguments["Limit"] = limit
    if start_key is not None:
        arguments["ExclusiveStartKey"] = {name: to_dynamodb(value) for name, value in start_key.items()}
    answer = _call("query", **arguments)
    last = answer.get("LastEvaluatedKey")
    return Page(
        [item_from_dynamodb(image) for image in answer["Items"]],
        {name: from_dynamodb(value) for name, value in last.items()} if last else None,
    )


def query_index(condition: Condition, *, index: str) -> Iterator[Item]:
    """Every item of an index whose key meets the condition, in ascending order: the projected attributes only."""
    start_key: dict[str, Any] | None = None
    while True:
        page = query(condition, index=index, start_key=start_key)
        yield from page.items
        if (start_key := page.next_key) is None:
            return


def query_all(
    condition: Condition,
    *,
    newest_first: bool = False,
    where: Condition | None = None,
    consistent: bool = False,
) -> Iterator[Item]:
    """Every item whose key meets the condition, page after page as they are asked for."""
    start_key: dict[str, Any] | None = None
    while True:
        page = query(condition, newest_first=newest_first, start_key=start_key, where=where, consistent=consistent)
        yield from page.items
        if (start_key := page.next_key) is None:
            return


def query_count(
    condition: Condition, *, index: str | None = None, where: Condition | None = None, most: int | None = None
) -> int:
    """How many items meet the condition and the filter. Reads them all on the server's side, or the last `most`."""
    total: int = 0
    left = most
    start_key: dict[str, Any] | None = None
    while True:
        arguments = _query(condition, index, where) | {"Select": "COUNT", "ScanIndexForward": most is None}
        arguments |= {"Limit": left} if left else {}
        answer = _call("query", **arguments, **({"ExclusiveStartKey": start_key} if start_key else {}))
        total += answer["Count"]
        left = left - answer["ScannedCount"] if left is not None else None
        if not (start_key := answer.get("LastEvaluatedKey")) or left == 0:
            return total


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _query(condition: Condition, index: str | None, where: Condition | None) -> dict[str, Any]:
    within = Placeholders()
    arguments: dict[str, Any] = {"KeyConditionExpression": condition.text(within)}
    if where is not None:
        arguments["FilterExpression"] = where.text(within)
    if index is not None:
        arguments["IndexName"] = index
    return arguments | within.arguments()


def _update(change: Update) -> dict[str, Any]:
    within = Placeholders()
    clauses = {
        "SET": [f"{within.name(name)} = {within.value(value)}" for name, value in change.set.items()],
        "ADD": [f"{within.name(name)} {within.value(value)}" for name, value in change.add.items()],
        "REMOVE": [within.name(name) for name in change.remove],
    }
    expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
    arguments: dict[str, Any] = {"Key": _key(change.pk, change.sk), "UpdateExpression": expression}
    if change.condition is not None:
        arguments["ConditionExpression"] = change.condition.text(within)
    return arguments | within.arguments()


def _condition(condition: Condition | None) -> dict[str, Any]:
    if condition is None:
        return {}
    within = Placeholders()
    return {"ConditionExpression": condition.text(within)} | within.arguments()


def _old_on_failure(condition: Condition | None) -> dict[str, str]:
    return {} if condition is None else {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}


def _transaction_entry(write: Write) -> dict[str, Any]:
    table = {"TableName": settings().table} | _old_on_failure(write.condition)
    match write:
        case Put():
            return {"Put": {"Item": item_to_dynamodb(write.item), **_condition(write.condition), **table}}
        case Update():
            return {"Update": {**_update(write), **table}}
        case Delete():
            return {"Delete": {"Key": _key(write.pk, write.sk), **_condition(write.condition), **table}}
        case Check():
            return {"ConditionCheck": {"Key": _key(write.pk, write.sk), **_condition(write.condition), **table}}


def _call(operation: str, **arguments: Any) -> dict[str, Any]:
    return _raw(operation, TableName=settings().table, **arguments)


def _raw(operation: str, **arguments: Any) -> dict[str, Any]:
    try:
        return cast("dict[str, Any]", getattr(dynamodb(), operation)(**arguments))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            image = cast("dict[str, Any]", error.response).get("Item")
            raise ConditionFailed(item_from_dynamodb(image) if image else None) from error
        if code in _PASSING:
            raise Unavailable("The database does not answer. Try again shortly.") from error
        raise
    except BotoCoreError as error:
        raise Unavailable("The database does not answer. Try again shortly.") from error


_PASSING_REASONS = {"ThrottlingError", "ProvisionedThroughputExceeded"}
_PASSING = (
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
)
