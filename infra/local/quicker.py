"""moto at a third of its time: the same answers by shorter ways; each is one function, tested to agree.

They replace attributes of moto's classes for the life of this process, once, and are exact about moto 5.2.
"""

import base64
import functools
from collections import UserDict, deque
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

import moto.core.responses
import moto.sqs.models
from moto.core.parse import BaseJSONParser
from moto.core.serialize import BaseJSONSerializer
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import (  # type: ignore[attr-defined]
    DepthFirstTraverser,
    Expression,
    Node,
    UpdateExpressionFunction,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser  # type: ignore[attr-defined]
from moto.dynamodb.parsing.validators import (
    ActionCountValidator,
    OverlappingPathsValidator,
    UpdateExpressionValidator,
    UpdateHashRangeKeyValidator,
)
from moto.sqs.models import Queue

LARGEST_ITEM = 405_000
"""Bytes, as moto has it: LimitedSizeDict."""
EXPRESSIONS, CONDITIONS = 2000, 64
PLAIN = ("S", "N", "BOOL", "NULL")
ABOUT_THE_EXPRESSION = (ActionCountValidator, OverlappingPathsValidator, UpdateHashRangeKeyValidator)
# `isinstance` asks an abstract class each time anew.
_is: Callable[[type, tuple[type, ...]], bool] = functools.cache(issubclass)


def install() -> None:
    """Apply every one of them; once in a process."""
    _find_names_once()
    _read_and_write_attributes_directly()
    _compare_and_copy_directly()
    _measure_an_item_once()
    _parse_an_expression_once()
    _walk_an_expression_directly()
    _check_an_expression_once()
    _understand_a_condition_once()
    _count_messages_when_asked()


def _find_names_once() -> None:
    """moto inspects a whole class for every request to find the names of its methods, and respells them."""
    respelled = functools.lru_cache(EXPRESSIONS)(camelcase_to_underscores)
    moto.core.responses.method_names_from_class = functools.cache(method_names_from_class)
    moto.core.responses.camelcase_to_underscores = moto.sqs.models.camelcase_to_underscores = respelled


def _read_and_write_attributes_directly() -> None:
    """moto asks an attribute for each of ten types, as a request comes; as an answer goes, under twenty aliases."""
    reading: Any = BaseJSONParser._parse_structure  # noqa: SLF001 - the one place that knows the shape
    writing = BaseJSONSerializer._serialize_type_structure  # noqa: SLF001

    def read(self: Any, shape: Any, value: Any) -> Any:
        if shape.name == "AttributeValue" and type(value) is dict and len(value) == 1:
            ((kind, content),) = value.items()
            if kind in PLAIN and content is not None:
                return {kind: content}
        return reading(self, shape, value)

    def write(self: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str) -> None:
        if shape.name == "AttributeValue" and key and type(value) is dict and len(value) == 1:
            serialized[shape.serialization.get("name", key)] = attribute(value)
        else:
            writing(self, serialized, value, shape, key)

    BaseJSONParser._parse_structure = read  # type: ignore[method-assign]  # noqa: SLF001
    BaseJSONSerializer._serialize_type_structure = write  # type: ignore[method-assign]  # noqa: SLF001


def attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    """A typed value as it goes over the wire: numbers as text, bytes in base 64."""
    ((kind, content),) = value.items()
    if kind in ("S", "N"):
        return {kind: str(content)}
    if kind == "M":
        return {kind: {name: attribute(inner) for name, inner in content.items()}}
    if kind == "L":
        return {kind: [attribute(inner) for inner in content]}
    if kind in ("SS", "NS"):
        return {kind: [str(one) for one in content]}
    if kind == "B":
        return {kind: _base64(content)}
    if kind == "BS":
        return {kind: [_base64(one) for one in content]}
    return {kind: content}


def _base64(content: str | bytes) -> str:
    return base64.b64encode(content.encode() if isinstance(content, str) else content).decode()


def _compare_and_copy_directly() -> None:
    """Most values are text: moto asks each for five other types before it gives it, and copies through `copy`."""
    original = DynamoType.__dict__["cast_value"].fget

    def cast_value(self: DynamoType) -> Any:
        if self.type == "S":
            return self.value
        if self.type == "N":
            return Decimal(self.value)
        return original(self)

    def equal(self: DynamoType, other: DynamoType) -> bool:
        return self.type == other.type and (
            self.value == other.value if self.type == "S" else self.cast_value == other.cast_value
        )

    def less(self: DynamoType, other: DynamoType) -> bool:
        return bool(self.value < other.value if self.type == "S" == other.type else self.cast_value < other.cast_value)

    def hashed(self: DynamoType) -> int:
        return hash((self.type, self.value if self.type == "S" else self.cast_value))

    Table.all_items = _in_order  # type: ignore[method-assign,assignment]
    DynamoType.__lt__ = less  # type: ignore[method-assign]
    DynamoType.__hash__ = hashed  # type: ignore[method-assign]
    DynamoType.cast_value = property(cast_value)  # type: ignore[method-assign,assignment]
    DynamoType.__eq__ = equal  # type: ignore[method-assign]
    DynamoType.__deepcopy__ = lambda self, memo: copied(self)  # type: ignore[method-assign]
    Item.__deepcopy__ = lambda self, memo: _copied_item(self)  # type: ignore[method-assign]


def _in_order(table: Table) -> list[Item]:
    """All that a table has, by its keys: each table's are of one type."""
    if table.range_key_attr:
        found = [item for partition in table.items.values() for item in partition.values()]
        return sorted(found, key=lambda item: (item.hash_key.cast_value, item.range_key.cast_value))
    alone: Any = table.items.values()
    return sorted(alone, key=lambda item: item.hash_key.cast_value)


def copied(value: DynamoType) -> DynamoType:
    """A value of its own, to the last depth."""
    made = object.__new__(DynamoType)
    made.type = value.type
    content = value.value
    if isinstance(content, dict):
        made.value = {name: copied(inner) for name, inner in content.items()}
    elif isinstance(content, list):
        made.value = [copied(inner) if isinstance(inner, DynamoType) else inner for inner in content]
    else:
        made.value = content
    return made


def _copied_item(item: Item) -> Item:
    made = cast("Item", Item.__new__(Item))
    made.hash_key = copied(item.hash_key)
    made.range_key = copied(item.range_key) if item.range_key is not None else None
    made.attrs = LimitedSizeDict()
    for name, value in item.attrs.items():
        dict.__setitem__(made.attrs, name, copied(value))
    return made


def _measure_an_item_once() -> None:
    """moto measures all that an item has with each attribute that it gets."""

    def initialise(self: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
        self.hash_key = hash_key
        self.range_key = range_key
        self.attrs = LimitedSizeDict()
        dict.update(self.attrs, {name: DynamoType(value) for name, value in attrs.items()})
        if self.size() > LARGEST_ITEM:
            raise ItemSizeTooLarge

    DynamoType.size = size  # type: ignore[method-assign,assignment]
    Item.__init__ = initialise  # type: ignore[method-assign]


def size(value: DynamoType) -> int:
    """Bytes, as moto counts them."""
    content = value.value
    if value.type == "S" or isinstance(content, bytes):
        return _bytes(content)
    if value.type == "N":
        return len(str(content))
    if value.type == "L":
        return sum(size(inner) for inner in content)
    if value.type == "M":
        return sum(_bytes(name) + size(inner) for name, inner in content.items())
    if value.type in ("SS", "NS", "BS"):
        return sum(_bytes(one) for one in content)
    return 1 if isinstance(content, bool) else _bytes(content)


def _bytes(text: str | bytes) -> int:
    return len(text) if isinstance(text, bytes) or text.isascii() else len(text.encode())


def _parse_an_expression_once() -> None:
    """The product has some fifty update expressions; what moto makes of one is only ever read, or copied."""
    UpdateExpressionParser.make = functools.lru_cache(EXPRESSIONS)(UpdateExpressionParser.make)
    Node.__deepcopy__ = lambda self, memo: copied_node(self)


def copied_node(node: Any) -> Any:
    """The tree below a node, with a root of its own."""
    made = object.__new__(type(node))
    made.type, made.parent = node.type, None
    made.children = None if node.children is None else [_child(made, child) for child in node.children]
    return made


def _child(parent: Any, child: Any) -> Any:
    if isinstance(child, DynamoType):
        return copied(child)
    if not _is(type(child), (Node,)):
        return child
    made = copied_node(child)
    made.parent = parent
    return made


def _walk_an_expression_directly() -> None:
    """Ten walks for each update: what a walk looks for is asked once for it, not at each node."""

    def traverse(self: Any, node: Any) -> Any:
        entering = self.pre_processing_of_child
        plain = type(self).pre_processing_of_child is DepthFirstTraverser.pre_processing_of_child
        return _walked(node, -1, tuple(self._processing_map()), self.process, None if plain else entering)

    DepthFirstTraverser.traverse = traverse
    Node.find_clauses = find_clauses


def _walked(node: Any, place: int, wanted: tuple[type, ...], process: Callable[[Any], Any], entering: Any) -> Any:
    if not _is(type(node), (Node,)):
        return node
    parent = node.parent
    for number, child in enumerate(node.children or ()):
        if entering is not None:
            entering(node, number)
        _walked(child, number, wanted, process, entering)
    if _is(type(node), wanted):
        node = process(node)
        node.parent = parent
        if parent:
            parent.children[place] = node
    return node


def find_clauses(node: Any, kinds: list[type]) -> list[Any]:
    """The nodes of these very kinds, those within others of them left out."""
    found = []
    for child in node.children or ():
        if type(child) in kinds:
            found.append(child)
        elif _is(type(child), (Expression, UpdateExpressionFunction)):
            found += find_clauses(child, kinds)
    return found


def _check_an_expression_once() -> None:
    """What depends on an expression, the names in it and the table's keys alone is not asked for every item anew."""
    original = UpdateExpressionValidator.__init__
    passed: set[Any] = set()

    def initialise(self: Any, expression: Any, expression_attribute_names: Any, *also: Any, **named: Any) -> None:
        original(self, expression, expression_attribute_names, *also, **named)
        keys = tuple(self.table.table_key_attrs)
        self.question = (expression, frozenset((expression_attribute_names or {}).items()), keys)

    def validate(self: Any) -> Any:
        tree, processors = self.node_to_validate, self.processors
        if self.question in passed:
            processors = [one for one in processors if not isinstance(one, ABOUT_THE_EXPRESSION)]
        for processor in processors:
            tree = processor.traverse(tree)
        passed.add(self.question)
        return tree

    UpdateExpressionValidator.__init__ = initialise  # type: ignore[method-assign]
    UpdateExpressionValidator.validate = validate  # type: ignore[method-assign]


def _understand_a_condition_once() -> None:
    """moto reads the same condition two to four times for a write; what it understands of it is never changed."""
    reading, splitting = ConditionExpressionParser.parse, ConditionExpressionParser._lex_condition_expression  # noqa: SLF001

    understood: dict[Any, Any] = {}

    @functools.lru_cache(EXPRESSIONS)
    def split(expression: str) -> tuple[Any, ...]:
        return tuple(splitting(ConditionExpressionParser(expression, None, None)))

    def parse(self: ConditionExpressionParser) -> Any:
        question = (
            self.condition_expression,
            repr(self.expression_attribute_names),
            repr(self.expression_attribute_values),
        )
        if question not in understood:
            if len(understood) == CONDITIONS:
                understood.clear()
            found = reading(self)
            understood[question] = found, tuple(self.expr_attr_names_found), tuple(self.expr_attr_values_found)
            return found
        found, names, values = understood[question]
        self.expr_attr_names_found += names
        self.expr_attr_values_found += values
        return found

    parts: Any = lambda self: deque(split(self.condition_expression))  # noqa: E731
    ConditionExpressionParser._lex_condition_expression = parts  # type: ignore[method-assign]  # noqa: SLF001
    ConditionExpressionParser.parse = parse  # type: ignore[method-assign]


def _count_messages_when_asked() -> None:
    """For each message that is sent moto counts all that its queue has, to find that the queue is not FIFO."""
    original: Callable[[Queue], dict[str, Any]] = Queue.__dict__["attributes"].fget

    class Attributes(UserDict[str, Any]):
        def __init__(self, queue: Queue) -> None:
            self.queue = queue

        @functools.cached_property
        def data(self) -> dict[str, Any]:  # type: ignore[override]
            return original(self.queue)

        def get(self, name: str, default: Any = None) -> Any:
            if name in Queue.FIFO_ATTRIBUTES and not self.queue.fifo_queue:
                return default
            return super().get(name, default)

    Queue.attributes = property(Attributes)  # type: ignore[method-assign,assignment]
