"""Values are typed as boto3 types them, and come back as plain Python."""

from decimal import Decimal, Inexact, Rounded
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from hypothesis import given
from hypothesis import strategies as some

from tandem.aws.marshal import from_dynamodb, to_dynamodb

NUMBERS = some.integers(-(10**38) + 1, 10**38 - 1) | some.decimals(-(10**20), 10**20, places=6)
FLOATS = some.floats(-1e15, 1e15).filter(lambda value: value == 0 or abs(value) > 1e-100)
PLAIN = some.text() | some.booleans() | some.none() | NUMBERS | some.binary()
SETS = some.sets(some.text(), min_size=1) | some.sets(NUMBERS, min_size=1) | some.sets(some.binary(), min_size=1)
VALUES = some.recursive(
    PLAIN | SETS, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=12
)


def unordered(value: Any) -> Any:
    """A set is told in any order."""
    if isinstance(value, dict):
        return {
            kind: sorted(inner) if kind in ("SS", "NS", "BS") and isinstance(inner, list) else unordered(inner)
            for kind, inner in value.items()
        }
    return [unordered(inner) for inner in value] if isinstance(value, list) else value


@given(VALUES)
def test_a_value_is_typed_as_boto3_types_it(value: Any) -> None:
    assert unordered(to_dynamodb(value)) == unordered(TypeSerializer().serialize(value))


@given(
    some.recursive(
        some.text() | some.booleans() | some.none() | FLOATS | some.integers(-(10**15), 10**15),
        lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
        max_leaves=12,
    )
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    assert from_dynamodb(to_dynamodb(value)) == value


def test_a_whole_number_is_an_int_and_another_a_float() -> None:
    read = [from_dynamodb({"N": text}) for text in ("-7", "1E+2", "100000000000000000000", "1.50", "-0.25")]
    assert [(type(one), one) for one in read] == [
        (int, -7), (int, 100), (int, 10**20), (float, 1.5), (float, -0.25),
    ]  # fmt: skip
    assert from_dynamodb({"NS": ["1", "2.5"]}) == {1, 2.5}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), set(), {1, "a"}, {True}, {None}])
def test_what_has_no_type_there_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match="DynamoDB has no"):
        to_dynamodb(value)


def test_a_number_that_would_be_rounded_is_refused() -> None:
    with pytest.raises((Inexact, Rounded)):
        to_dynamodb(Decimal(f"0.{'1' * 39}"))
    with pytest.raises((Inexact, Rounded)):
        to_dynamodb(10**38 + 1)
