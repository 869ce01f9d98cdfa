"""Puts right what moto gets wrong where it hurts; each correction is one function with a test of its own.

They replace attributes of moto's classes for the life of this process, once, and are exact about moto 5.2.
"""

import copy
import inspect
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Context, Decimal
from types import ModuleType
from typing import Any

import moto.dynamodb.models.table
import moto.sqs.models
from moto.core.common_models import BaseModel
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.dynamodb.comparisons import get_comparison_func
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler

from infra.local import quicker
from infra.local.clock import Clock

TOKEN_LIFE = 600.0
# The 38 digits of a DynamoDB number, with room for the carry.
EXACT = Context(prec=40)
_clock: Clock | None = None
_tokens: dict[str, tuple[float, str]] = {}
_installed = False


class IdempotentParameterMismatch(JsonRESTError):
    """A ClientRequestToken used again with another request."""

    def __init__(self) -> None:
        super().__init__(
            "com.amazonaws.dynamodb.v20120810#IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request.",
        )


def install(clock: Clock | None) -> Clock | None:
    """Apply every correction; moto's time is this clock's from now on. Answers the clock it followed before."""
    global _clock, _installed
    before, _clock = _clock, clock
    _tokens.clear()
    if _installed:
        return before
    _installed = True
    _leave_ec2_alone()
    _remember_only_what_must_be_closed()
    _follow_the_clock()
    quicker.install()
    _write_numbers_as_the_service_does()
    _query_only_what_matches()
    _record_only_changes()
    _undo_only_what_a_transaction_touched()
    _repeat_no_transaction()
    return before


def forget_tokens() -> None:
    """No transaction was made yet."""
    _tokens.clear()


def now() -> float:
    """The present of the clock that moto follows."""
    return _clock.now() if _clock is not None else time.time()


def _leave_ec2_alone() -> None:
    """moto's SSM imports the whole of EC2, a second's work, for a feature nobody uses here."""
    if "moto.ec2" not in sys.modules:
        stand_in = ModuleType("moto.ec2")
        stand_in.ec2_backends = {}  # type: ignore[attr-defined]
        sys.modules["moto.ec2"] = stand_in


def _remember_only_what_must_be_closed() -> None:
    """moto keeps every item, record and message that ever was, for a page of its own; of S3 it closes what it kept."""

    def made(cls: Any, *_: Any, **__: Any) -> Any:
        instance = object.__new__(cls)
        if hasattr(cls, "dispose"):
            cls.instances_tracked.append(instance)
        return instance

    BaseModel.__new__ = made  # type: ignore[method-assign]


def _follow_the_clock() -> None:
    """Delays, visibility and stream records follow the platform's clock."""
    moto.sqs.models.unix_time = lambda dt=None: now()
    moto.sqs.models.unix_time_millis = lambda dt=None: now() * 1000.0
    moto.dynamodb.models.table.utcnow = lambda: datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)


def _write_numbers_as_the_service_does() -> None:
    """`1.50` comes back as `1.5`, `1E+2` as `100`."""
    original = DynamoType.__init__

    def initialise(self: DynamoType, type_as_dict: Any) -> None:
        original(self, type_as_dict)
        if self.type == "N":
            self.value = normalised(self.value)
        elif self.type == "NS":
            self.value = [normalised(value) for value in self.value]

    DynamoType.__init__ = initialise  # type: ignore[method-assign]


def normalised(number: Any) -> Any:
    """A number's text without trailing zeroes or exponent; what is no number stays for moto to refuse."""
    if not isinstance(number, str) or (number.isdigit() and number[0] != "0"):
        return number
    try:
        value = Decimal(number)
    except ArithmeticError:
        return number
    if not value.is_finite():
        return number
    return format(value.normalize(EXACT), "f") if value else "0"


def _query_only_what_matches() -> None:
    """A query sorts its own partition, not the table; and a page as long as the limit says that there may be more."""
    original: Callable[..., Any] = Table.query
    signature = inspect.signature(original)

    def query(self: Table, *given: Any, **named: Any) -> tuple[list[Item], int, dict[str, Any] | None]:
        asked = signature.bind(self, *given, **named)
        asked.apply_defaults()
        arguments = asked.arguments
        filter_expression, projection_expressions = arguments["filter_expression"], arguments["projection_expressions"]
        limit, index_name = arguments["limit"], arguments["index_name"]
        view = copy.copy(self)
        view.items = _matching(self, arguments)
        # Filter and projection come after the page is cut: the original would forget how long the page was.
        arguments.update(self=view, filter_expression=None, projection_expressions=None)
        found, scanned, last = original(*asked.args, **asked.kwargs)
        if last is None and limit and len(found) == limit:
            last = self._get_last_evaluated_key(found[-1], index_name)
        if filter_expression is not None:
            found = [item for item in found if filter_expression.expr(item)]
        if projection_expressions:
            found = [item.project(projection_expressions) for item in found]
        return found, scanned, last

    Table.query = query  # type: ignore[method-assign]


def _matching(table: Table, arguments: Mapping[str, Any]) -> Any:
    """The items that the conditions of a query let through, as a table has them: the original measures each that it
    looks at, in vain where the sort key keeps it out."""
    partitions: Any = table.items
    if arguments["index_name"] is None and table.has_range_key:
        # Not `table.items[hash_key]`: a defaultdict would remember every key ever asked for.
        partitions = {"": partitions.get(arguments["hash_key"], {})}
    groups = partitions.values() if table.has_range_key else [partitions]
    found: list[Item] = [item for group in groups for item in group.values()]
    for name, wanted in arguments["hash_key_conditions"] or []:
        value, kind = wanted.value, wanted.type  # of the whole table, most are not wanted: no call for each
        found = [one for one in found if (had := one.attrs.get(name)) and had.value == value and had.type == kind]
    for name, how, wanted in arguments["range_key_conditions"] or []:
        compare, values = get_comparison_func(how), [value.cast_value for value in wanted]
        found = [one for one in found if (had := one.attrs.get(name)) and compare(had.cast_value, *values)]
    numbered = dict(enumerate(found))
    return {"": numbered} if table.has_range_key else numbered


def _record_only_changes() -> None:
    """One stream record per write, none for a write that changes nothing; a failed update leaves no trace."""
    add = StreamShard.add
    held: set[StreamShard] = set()  # of an update moto makes two records, or one of what then fails

    def add_change(self: StreamShard, old: Item | None, new: Item | None) -> None:
        if self not in held and (old is None or new is None or old != new):
            add(self, old, new)

    original = DynamoDBBackend.update_item

    def update_item(self: DynamoDBBackend, table_name: str, key: dict[str, Any], *rest: Any, **named: Any) -> Item:
        table = self.get_table(table_name)
        point = _RestorePoint(table, key)
        shards = {table.stream_shard} if table.stream_shard is not None else set()
        held.update(shards)
        try:
            item = original(self, table_name, key, *rest, **named)
        except Exception:
            point.restore()
            raise
        finally:
            held.difference_update(shards)
        for shard in shards:
            shard.add(point.before, item)
        return item

    StreamShard.add = add_change  # type: ignore[method-assign]
    DynamoDBBackend.update_item = update_item  # type: ignore[method-assign]


class _RestorePoint:
    """One item, and the length of its table's stream, as they were."""

    def __init__(self, table: Table, key: dict[str, Any]) -> None:
        self.table = table
        named = all(name in key for name in table.table_key_attrs)
        # A key that lacks an attribute is moto's to refuse: nothing is written.
        self.place = [DynamoType(key[name]) for name in table.table_key_attrs] if named else []
        self.before = copy.deepcopy(self._current())
        self.records = len(table.stream_shard.items) if table.stream_shard is not None else 0

    def _current(self) -> Item | None:
        if not self.place or self.place[0] not in self.table.items:
            return None
        return self.table.get_item(self.place[0], self.place[1] if len(self.place) > 1 else None)

    def restore(self) -> None:
        self.forget_records()
        if not self.place:
            return
        items: dict[Any, Any] = self.table.items[self.place[0]] if len(self.place) > 1 else self.table.items
        if self.before is None:
            items.pop(self.place[-1], None)
        else:
            items[self.place[-1]] = self.before

    def forget_records(self) -> None:
        if self.table.stream_shard is not None:
            del self.table.stream_shard.items[self.records :]


def _undo_only_what_a_transaction_touched() -> None:
    """moto copies the whole table once per operation; here only the items named in the transaction are kept."""
    original = DynamoDBBackend.transact_write_items

    def transact(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        points = []
        for entry in transact_items:
            operation = next(iter(entry.values()))
            table = self.tables.get(operation.get("TableName"))
            key = operation.get("Key") or operation.get("Item")
            if table is not None and key:
                points.append(_RestorePoint(table, key))
        try:
            original(self, transact_items)
        except Exception:
            for point in reversed(points):
                point.restore()
            raise

    # The original's copies become the table itself, and its own restoring a no-op.
    Table.__deepcopy__ = lambda self, memo: self  # type: ignore[attr-defined]
    DynamoDBBackend.transact_write_items = transact  # type: ignore[method-assign]


def _repeat_no_transaction() -> None:
    """A ClientRequestToken makes a transaction happen once in ten minutes, and refuses another under the same token."""
    original = DynamoHandler.transact_write_items

    def transact(self: DynamoHandler) -> Any:
        token = self.body.get("ClientRequestToken")
        if not token:
            return original(self)
        payload = json.dumps(self.body.get("TransactItems"), sort_keys=True, default=repr)
        expires, known = _tokens.get(token, (0.0, ""))
        if expires > now():
            if known != payload:
                raise IdempotentParameterMismatch
            return ActionResult({})
        answer = original(self)
        _tokens[token] = (now() + TOKEN_LIFE, payload)
        return answer

    DynamoHandler.transact_write_items = transact  # type: ignore[method-assign]
