"""Conditions are the expressions that boto3 makes of the same words."""

from collections.abc import Callable
from typing import Any

import pytest
from boto3.dynamodb import conditions as boto
from boto3.dynamodb.types import TypeSerializer

from tandem.aws import conditions as ours

SAID: list[Callable[[Any], Any]] = [
    lambda of: of.Attr("a").eq("x"),
    lambda of: of.Attr("b").lt(1) & of.Attr("a").gte(2),
    lambda of: of.Attr("a").lte(1) | of.Attr("b").gt(2) & of.Attr("c").not_exists(),
    lambda of: of.Key("pk").eq("x") & of.Key("sk").between("A#", "A$"),
    lambda of: of.Key("pk").eq("x") & of.Key("sk").begins_with("A#"),
    lambda of: of.Attr("a").lt(of.Attr("c")) | of.Attr("d").eq(False),
    lambda of: of.Attr("a").is_in(["x", "y"]) | of.Attr("b").exists(),
]


@pytest.mark.parametrize("said", SAID)
def test_what_is_said_is_written_as_boto3_writes_it(said: Callable[[Any], Any]) -> None:
    theirs = boto.ConditionExpressionBuilder().build_expression(said(boto))
    within = ours.Placeholders()
    assert said(ours).text(within) == theirs.condition_expression
    values = {name: TypeSerializer().serialize(one) for name, one in theirs.attribute_value_placeholders.items()}
    told = {"ExpressionAttributeNames": theirs.attribute_name_placeholders, "ExpressionAttributeValues": values}
    assert within.arguments() == {name: one for name, one in told.items() if one}


def test_two_expressions_of_one_request_do_not_share_placeholders() -> None:
    within = ours.Placeholders()
    texts = [ours.Attr("a").eq(1).text(within), ours.Attr("a").eq(2).text(within)]
    assert texts == ["#n0 = :v0", "#n1 = :v1"]
    assert within.arguments()["ExpressionAttributeValues"] == {":v0": {"N": "1"}, ":v1": {"N": "2"}}


@pytest.mark.parametrize(("high", "sent"), [("A#", "B#"), ("B#", "B#"), ("C#", "C#")])
def test_bounds_the_wrong_way_round_are_not_sent(high: str, sent: str) -> None:
    within = ours.Placeholders()
    assert ours.Key("sk").between("B#", high).text(within) == "#n0 BETWEEN :v0 AND :v1"
    assert within.arguments()["ExpressionAttributeValues"] == {":v0": {"S": "B#"}, ":v1": {"S": sent}}


def test_a_dot_is_a_part_of_a_name() -> None:
    within = ours.Placeholders()
    assert ours.Attr("agent=ada.o").exists().text(within) == "attribute_exists(#n0)"
    assert within.arguments() == {"ExpressionAttributeNames": {"#n0": "agent=ada.o"}}
