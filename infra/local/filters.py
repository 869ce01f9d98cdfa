"""Event filter patterns of event source mappings: does a record pass?"""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

MISSING = object()


class UnknownFilter(Exception):
    """A comparison in a filter pattern that is not implemented."""


def passes(filters: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> bool:
    """Any one pattern that matches lets the record through; no patterns let everything through."""
    return not filters or any(matches(pattern, record) for pattern in filters)


def matches(pattern: Mapping[str, Any], value: Any) -> bool:
    """Every field of the pattern matches."""
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(option, value) for option in wanted):
                return False
            continue
        actual = value.get(name, MISSING) if isinstance(value, Mapping) else MISSING
        if isinstance(wanted, Mapping):
            if not matches(wanted, {} if actual is MISSING else actual):
                return False
        elif not any(_matches_one(rule, actual) for rule in wanted):
            return False
    return True


def _matches_one(rule: Any, actual: Any) -> bool:
    if isinstance(actual, list):
        return any(_matches_one(rule, item) for item in actual)
    if not isinstance(rule, Mapping):
        return actual is not MISSING and actual == rule and isinstance(actual, bool) == isinstance(rule, bool)
    (name, wanted), *rest = rule.items()
    if rest:
        raise UnknownFilter(f"{rule}: one comparison at a time")
    return _compare(name, wanted, actual)


def _compare(name: str, wanted: Any, actual: Any) -> bool:
    if name == "exists":
        return (actual is not MISSING) == bool(wanted)
    if name == "anything-but":
        return actual is not MISSING and not _excluded(wanted, actual)
    if name == "numeric":
        return isinstance(actual, int | float) and not isinstance(actual, bool) and _numeric(wanted, actual)
    if name not in ("prefix", "suffix", "equals-ignore-case", "wildcard"):
        raise UnknownFilter(f"{name} is not implemented")
    if not isinstance(actual, str):
        return False
    if name == "prefix":
        return actual.startswith(str(wanted))
    if name == "suffix":
        return actual.endswith(str(wanted))
    if name == "wildcard":
        return fnmatchcase(actual, str(wanted).replace("[", "[[]").replace("?", "[?]"))
    return actual.lower() == str(wanted).lower()


def _excluded(wanted: Any, actual: Any) -> bool:
    if isinstance(wanted, Mapping):
        return _matches_one(wanted, actual)
    return actual in (wanted if isinstance(wanted, list) else [wanted])


def _numeric(wanted: Sequence[Any], actual: float) -> bool:
    checks = {
        "=": lambda limit: actual == limit,
        ">": lambda limit: actual > limit,
        ">=": lambda limit: actual >= limit,
        "<": lambda limit: actual < limit,
        "<=": lambda limit: actual <= limit,
    }
    return all(checks[wanted[index]](wanted[index + 1]) for index in range(0, len(wanted), 2))
