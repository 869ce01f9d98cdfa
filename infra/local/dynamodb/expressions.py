"""DynamoDB's expressions: read once for each text and its names, asked of one item after the other.

The grammar is the one of
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
"""

import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from infra.local.dynamodb.values import Attributes, Refused, Value, kind_of, ordered, size

Values = Mapping[str, Value]
"""What stands for the request's `:values`."""
Steps = tuple[str | int, ...]
"""A document path: names of attributes and map entries, numbers of list elements."""
_TOKEN = re.compile(
    r"\s*(?:(?P<value>:\w+)|(?P<name>#\w+)|(?P<word>[A-Za-z_]\w*)|(?P<number>\d+)|(?P<sign><>|<=|>=|\S))"
)
_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
COMPARATORS = ("=", "<>", *_COMPARED)
MOST_OTHERS = 100
_SORTED = ("S", "N", "B")
_FUNCTIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}
_KEYWORDS = {"AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"}


@dataclass(frozen=True)
class Path:
    """A place in an item."""

    steps: Steps

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """What is there; None for nothing."""
        found: Value | None = {"M": item}
        for step in self.steps:
            if found is None:
                return None
            if isinstance(step, str):
                found = found["M"].get(step) if "M" in found else None
            else:
                found = found["L"][step] if "L" in found and step < len(found["L"]) else None
        return found

    def __str__(self) -> str:
        return f"[{', '.join(f'[{step}]' if isinstance(step, int) else step for step in self.steps)}]"


@dataclass(frozen=True)
class Given:
    """A value of the request."""

    name: str

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """The value."""
        return values[self.name]


@dataclass(frozen=True)
class Size:
    """How large an attribute is."""

    path: Path

    def __call__(self, item: Attributes, values: Values) -> Value | None:
        """A number; None where there is nothing, or what has no size."""
        found = self.path(item, values)
        if found is None or kind_of(found) in ("N", "BOOL", "NULL"):
            return None
        ((kind, content),) = found.items()
        return {"N": str(size(found) if kind == "B" else len(content))}


Operand = Path | Given | Size


@dataclass(frozen=True)
class Compared:
    """Two operands and a comparator."""

    how: str
    left: Operand
    right: Operand

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it holds. What is not there is equal to nothing, and less than nothing."""
        left, right = self.left(item, values), self.right(item, values)
        if self.how == "=":
            return left is not None and left == right
        if self.how == "<>":
            return left != right
        return _both_sorted(left, right) and _COMPARED[self.how](ordered(left), ordered(right))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Between:
    """An operand within two, both included."""

    operand: Operand
    low: Operand
    high: Operand

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it holds."""
        found, low, high = (one(item, values) for one in (self.operand, self.low, self.high))
        if not (_both_sorted(found, low) and _both_sorted(found, high)):
            return False
        return bool(ordered(low) <= ordered(found) <= ordered(high))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Among:
    """An operand that is one of several."""

    operand: Operand
    others: tuple[Operand, ...]

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it holds."""
        found = self.operand(item, values)
        return found is not None and any(other(item, values) == found for other in self.others)


@dataclass(frozen=True)
class Asked:
    """A function of an attribute."""

    function: str
    path: Path
    operand: Operand | None

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it holds."""
        found = self.path(item, values)
        if self.operand is None:
            return (found is not None) == (self.function == "attribute_exists")
        wanted = self.operand(item, values)
        if found is None or wanted is None:
            return False
        if self.function == "attribute_type":
            return kind_of(found) == wanted.get("S")
        return _begins(found, wanted) if self.function == "begins_with" else _contains(found, wanted)


@dataclass(frozen=True)
class Both:
    """Two conditions, of which both must hold."""

    left: "Condition"
    right: "Condition"

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether they do."""
        return self.left(item, values) and self.right(item, values)


@dataclass(frozen=True)
class Either:
    """Two conditions, of which one must hold."""

    left: "Condition"
    right: "Condition"

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it does."""
        return self.left(item, values) or self.right(item, values)


@dataclass(frozen=True)
class Not:
    """The contrary of a condition."""

    condition: "Condition"

    def __call__(self, item: Attributes, values: Values) -> bool:
        """Whether it holds."""
        return not self.condition(item, values)


Condition = Compared | Between | Among | Asked | Both | Either | Not


def _both_sorted(left: Value | None, right: Value | None) -> bool:
    return left is not None and right is not None and kind_of(left) == kind_of(right) and kind_of(left) in _SORTED


def _begins(found: Value, wanted: Value) -> bool:
    if kind_of(found) != kind_of(wanted) or kind_of(found) not in ("S", "B"):
        return False
    return bool(ordered(found).startswith(ordered(wanted)))


def _contains(found: Value, wanted: Value) -> bool:
    ((kind, content),) = found.items()
    if kind == "L":
        return wanted in content
    if kind in ("S", "B"):
        return kind == kind_of(wanted) and ordered(wanted) in ordered(found)
    return kind in ("SS", "NS", "BS") and kind[0] == kind_of(wanted) and wanted[kind[0]] in content


class Reader:
    """An expression's words, one after the other, and which names and values it used."""

    def __init__(self, what: str, text: str, names: Mapping[str, str]) -> None:
        self.what = what
        """Which of the request's expressions it is."""
        self.names_used: set[str] = set()
        self.values_used: set[str] = set()
        self._names = names
        self._tokens = [
            (str(found.lastgroup), str(found[found.lastgroup or 0])) for found in _TOKEN.finditer(text.rstrip())
        ]
        self._place = 0
        if not self._tokens:
            raise self.refusal("The expression can not be empty;")

    def refusal(self, why: str) -> Refused:
        """The expression's error."""
        return Refused(f"Invalid {self.what}: {why}")

    def next_is(self, *words: str) -> bool:
        """Whether one of these signs or keywords comes next."""
        return self._place < len(self._tokens) and self._tokens[self._place][1].upper() in words

    def take(self, *words: str) -> str | None:
        """One of these signs or keywords, if it comes next."""
        if not self.next_is(*words):
            return None
        self._place += 1
        return self._tokens[self._place - 1][1].upper()

    def need(self, *words: str) -> str:
        """One of these signs or keywords. Raises Refused."""
        found = self.take(*words)
        if found is None:
            raise self.unexpected()
        return found

    def unexpected(self) -> Refused:
        """That what comes next should not."""
        if self._place >= len(self._tokens):
            return self.refusal('Syntax error; token: "<EOF>", near: the end')
        near = " ".join(token for _, token in self._tokens[max(0, self._place - 1) : self._place + 2])
        return self.refusal(f'Syntax error; token: "{self._tokens[self._place][1]}", near: "{near}"')

    def finish(self) -> None:
        """Nothing may follow. Raises Refused."""
        if self._place < len(self._tokens):
            raise self.unexpected()

    def calls(self) -> bool:
        """Whether a function's name and its parenthesis come next."""
        return [token for _, token in self._tokens[self._place + 1 : self._place + 2]] == ["("]

    def function(self) -> str:
        """A function's name with its parenthesis."""
        name = self._tokens[self._place][1]
        self._place += 2
        return name

    def listed(self, one: Callable[[], Any]) -> Iterator[Any]:
        """What stands between commas."""
        yield one()
        while self.take(","):
            yield one()

    def value(self) -> Given | None:
        """A value of the request, if one comes next."""
        if self._place >= len(self._tokens) or self._tokens[self._place][0] != "value":
            return None
        name = self._tokens[self._place][1]
        self._place += 1
        self.values_used.add(name)
        return Given(name)

    def path(self) -> Path:
        """A document path. Raises Refused."""
        steps: list[str | int] = [self._name()]
        while sign := self.take(".", "["):
            if sign == ".":
                steps.append(self._name())
            else:
                kind, number = self._tokens[self._place]
                if kind != "number":
                    raise self.unexpected()
                self._place += 1
                steps.append(int(number))
                self.need("]")
        return Path(tuple(steps))

    def _name(self) -> str:
        kind, text = self._tokens[self._place] if self._place < len(self._tokens) else ("", "")
        if kind == "name":
            if text not in self._names:
                raise self.refusal(
                    f"An expression attribute name used in the document path is not defined; attribute name: {text}"
                )
            self.names_used.add(text)
            self._place += 1
            return self._names[text]
        if kind != "word" or text.upper() in _KEYWORDS:
            raise self.unexpected()
        if text.upper() in _reserved():
            raise self.refusal(f"Attribute name is a reserved keyword; reserved keyword: {text}")
        self._place += 1
        return text


@functools.cache
def _reserved() -> frozenset[str]:
    return frozenset(word.upper() for word in ReservedKeywords.get_reserved_keywords())


def condition(reader: Reader) -> Condition:
    """What stands in a condition, a filter or the condition of a key. Raises Refused."""
    found = _every(reader)
    while reader.take("OR"):
        found = Either(found, _every(reader))
    return found


def _every(reader: Reader) -> Condition:
    found = _one(reader)
    while reader.take("AND"):
        found = Both(found, _one(reader))
    return found


def _one(reader: Reader) -> Condition:
    if reader.take("NOT"):
        return Not(_one(reader))
    if reader.take("("):
        found = condition(reader)
        reader.need(")")
        return found
    if reader.calls() and not reader.next_is("SIZE"):
        return _function(reader)
    left = operand(reader)
    if reader.take("BETWEEN"):
        low = operand(reader)
        reader.need("AND")
        return Between(left, low, operand(reader))
    if reader.take("IN"):
        reader.need("(")
        others = tuple(reader.listed(lambda: operand(reader)))
        reader.need(")")
        if len(others) > MOST_OTHERS:
            raise reader.refusal(
                "Too many operands for operator or function; operator or function: IN, "
                f"number of operands: {len(others) + 1}"
            )
        return Among(left, others)
    return Compared(reader.need(*COMPARATORS), left, operand(reader))


def _function(reader: Reader) -> Condition:
    name = reader.function()
    if name not in _FUNCTIONS:
        raise reader.refusal(f"Invalid function name; function: {name}")
    given = list(reader.listed(lambda: operand(reader)))
    reader.need(")")
    if len(given) != _FUNCTIONS[name]:
        raise reader.refusal(
            f"Incorrect number of operands for operator or function; operator or function: {name}, "
            f"number of operands: {len(given)}"
        )
    if not isinstance(given[0], Path):
        raise reader.refusal(f"Operator or function requires a document path; operator or function: {name}")
    return Asked(name, given[0], given[1] if len(given) > 1 else None)


def operand(reader: Reader) -> Operand:
    """A place, a value or a size. Raises Refused."""
    if reader.calls():
        reader.need("SIZE")
        reader.need("(")
        path = reader.path()
        reader.need(")")
        return Size(path)
    return reader.value() or reader.path()


def projection(reader: Reader) -> tuple[Path, ...]:
    """The places that are wanted. Raises Refused."""
    return tuple(reader.listed(reader.path))
