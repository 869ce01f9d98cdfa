"""Event filter patterns, as a table."""

from typing import Any

import pytest

from infra.local.filters import UnknownFilter, matches, passes

RECORD = {"eventName": "INSERT", "dynamodb": {"NewImage": {"n": {"N": "5"}, "on": {"BOOL": True}}}, "n": 5, "s": "Abc"}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["REMOVE"]}, False),
        ({"dynamodb": {"NewImage": {"on": {"BOOL": [True]}}}}, True),
        ({"dynamodb": {"NewImage": {"on": {"BOOL": [1]}}}}, False),
        ({"dynamodb": {"OldImage": {"n": {"N": ["5"]}}}}, False),
        ({"dynamodb": {"OldImage": [{"exists": False}]}}, True),
        ({"s": [{"exists": True}]}, True),
        ({"s": [{"prefix": "Ab"}]}, True),
        ({"s": [{"suffix": "x"}]}, False),
        ({"s": [{"equals-ignore-case": "aBC"}]}, True),
        ({"s": [{"wildcard": "A*c"}]}, True),
        ({"s": [{"anything-but": ["x", "Abc"]}]}, False),
        ({"s": [{"anything-but": {"prefix": "x"}}]}, True),
        ({"missing": [{"anything-but": ["x"]}]}, False),
        ({"n": [{"numeric": [">", 1, "<=", 5]}]}, True),
        ({"s": [{"numeric": [">", 1]}]}, False),
        ({"n": [{"prefix": "5"}]}, False),
        ({"$or": [{"n": [1]}, {"s": ["Abc"]}]}, True),
        ({"$or": [{"n": [1]}, {"s": ["x"]}]}, False),
        ({"eventName": ["INSERT"], "n": [6]}, False),
    ],
)
def test_a_pattern(pattern: Any, expected: bool) -> None:
    assert matches(pattern, RECORD) is expected


def test_no_pattern_lets_everything_through_and_one_of_many_is_enough() -> None:
    assert passes([], RECORD)
    assert passes([{"n": [1]}, {"n": [5]}], RECORD)
    assert not passes([{"n": [1]}], RECORD)


def test_an_unknown_comparison_is_loud() -> None:
    with pytest.raises(UnknownFilter):
        matches({"s": [{"sounds-like": "x"}]}, RECORD)
