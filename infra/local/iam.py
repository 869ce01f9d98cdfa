"""IAM's decision for one access: which statements match, and what follows. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from infra.local.model import Statement

Context = Mapping[str, Sequence[str]]
VARIABLE = re.compile(r"\$\{([^}]+)\}")


class UnknownCondition(Exception):
    """A condition operator that is not implemented; better loud than wrong."""


@dataclass(frozen=True)
class Access:
    """One thing a request does: an action on a resource, with what conditions may look at."""

    action: str
    resource: str
    context: Context = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """Allowed or not, and the statement that decided (None: nothing allowed it)."""

    allowed: bool
    statement: Statement | None = None


def decide(statements: Iterable[Statement], access: Access) -> Decision:
    """A matching Deny wins, then any matching Allow; without one, the answer is no."""
    allowing = None
    for statement in statements:
        if not applies(statement, access):
            continue
        if statement.effect == "Deny":
            return Decision(allowed=False, statement=statement)
        allowing = allowing or statement
    return Decision(allowing is not None, allowing)


def applies(statement: Statement, access: Access) -> bool:
    """Whether a statement speaks about this access at all."""
    return (
        _action_matches(statement, access.action)
        and _resource_matches(statement, access)
        and all(_condition(operator, tests, access.context) for operator, tests in statement.condition.items())
    )


def _action_matches(statement: Statement, action: str) -> bool:
    if statement.not_actions:
        return not _is_one(action, statement.not_actions)
    return _is_one(action, statement.actions)


@lru_cache(maxsize=4096)
def _is_one(action: str, patterns: tuple[str, ...]) -> bool:
    """There are few actions and few statements, and every request is held against all of its caller's."""
    return any(wildcard(pattern, action, ignore_case=True) for pattern in patterns)


def _resource_matches(statement: Statement, access: Access) -> bool:
    if statement.not_resources:
        return not any(wildcard(_filled(one, access.context), access.resource) for one in statement.not_resources)
    return any(wildcard(_filled(one, access.context), access.resource) for one in statement.resources)


def _filled(pattern: str, context: Context) -> str:
    """Policy variables such as ${aws:username}; one without a value makes the pattern match nothing."""

    def value(match: re.Match[str]) -> str:
        found = context.get(match.group(1))
        return found[0] if found else "\0"

    return VARIABLE.sub(value, pattern) if "${" in pattern else pattern


def wildcard(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """`*` and `?` as IAM means them; everything else is literal."""
    return _compiled(pattern, ignore_case).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def _compiled(pattern: str, ignore_case: bool) -> re.Pattern[str]:  # noqa: FBT001 - a cache takes no names
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), flags)


def _condition(operator: str, tests: Mapping[str, Any], context: Context) -> bool:
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("IfExists")
    name = name.removesuffix("IfExists")
    return all(
        _test(quantifier, name, wanted, _lookup(context, key), if_exists=if_exists) for key, wanted in tests.items()
    )


def _test(quantifier: str, name: str, wanted: Any, values: Sequence[str], *, if_exists: bool) -> bool:
    patterns = [_text(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    if name == "Null":
        return (not values) == (patterns[0] == "true")
    compare, negated = _operator(name)

    def one(value: str) -> bool:
        return all(compare(value, p) for p in patterns) if negated else any(compare(value, p) for p in patterns)

    if not values:
        # A missing key satisfies IfExists, ForAllValues (IAM's own trap) and every negated operator.
        return if_exists or quantifier == "ForAllValues" or (negated and quantifier == "")
    if quantifier == "ForAllValues":
        return all(one(value) for value in values)
    return any(one(value) for value in values)


def _lookup(context: Context, key: str) -> Sequence[str]:
    found = context.get(key)
    if found is None:
        found = next((value for name, value in context.items() if name.lower() == key.lower()), ())
    return found


def _operator(name: str) -> tuple[Callable[[str, str], bool], bool]:
    if name not in OPERATORS:
        raise UnknownCondition(f"The condition operator {name} is not implemented")
    return OPERATORS[name]


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool]:
    def check(value: str, wanted: str) -> bool:
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return False

    return check


def _negation(compare: Callable[[str, str], bool]) -> tuple[Callable[[str, str], bool], bool]:
    return (lambda value, wanted: not compare(value, wanted)), True


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


def _equal_ignoring_case(value: str, wanted: str) -> bool:
    return value.lower() == wanted.lower()


def _like(value: str, wanted: str) -> bool:
    return wildcard(wanted, value)


def _arn_like(value: str, wanted: str) -> bool:
    """ARNs are compared part by part: a `*` does not cross a colon in the first five."""
    theirs, ours = value.split(":", 5), wanted.split(":", 5)
    return len(theirs) == len(ours) and all(wildcard(mine, yours) for yours, mine in zip(theirs, ours, strict=True))


OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "StringEquals": (_equal, False),
    "StringNotEquals": _negation(_equal),
    "StringEqualsIgnoreCase": (_equal_ignoring_case, False),
    "StringNotEqualsIgnoreCase": _negation(_equal_ignoring_case),
    "StringLike": (_like, False),
    "StringNotLike": _negation(_like),
    "ArnEquals": (_arn_like, False),
    "ArnLike": (_arn_like, False),
    "ArnNotEquals": _negation(_arn_like),
    "ArnNotLike": _negation(_arn_like),
    "Bool": (_equal_ignoring_case, False),
    "NumericEquals": (_number(lambda a, b: a == b), False),
    "NumericNotEquals": _negation(_number(lambda a, b: a == b)),
    "NumericLessThan": (_number(lambda a, b: a < b), False),
    "NumericLessThanEquals": (_number(lambda a, b: a <= b), False),
    "NumericGreaterThan": (_number(lambda a, b: a > b), False),
    "NumericGreaterThanEquals": (_number(lambda a, b: a >= b), False),
}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
