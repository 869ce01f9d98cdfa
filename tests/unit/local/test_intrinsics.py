"""CloudFormation's functions: what they resolve to, and what they refuse."""

from typing import Any

import pytest

from infra.local.intrinsics import Created, InvalidParameter, Resolver, Unresolved, read_parameters, references

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Stage": {"Type": "String", "Default": "local"}, "Names": {"Type": "CommaDelimitedList"}},
    "Mappings": {"Sizes": {"local": {"memory": 128}}},
    "Conditions": {
        "IsLocal": {"Fn::Equals": [{"Ref": "Stage"}, "local"]},
        "IsProduction": {"Fn::Not": [{"Condition": "IsLocal"}]},
        "Both": {"Fn::And": [{"Condition": "IsLocal"}, {"Condition": "IsProduction"}]},
        "Either": {"Fn::Or": [{"Condition": "IsLocal"}, {"Condition": "IsProduction"}]},
    },
}


@pytest.fixture
def resolver() -> Resolver:
    made = Resolver(TEMPLATE, {"Names": "a, b,c"}, {"AWS::Region": "eu-west-1"})
    made.created["Table"] = Created("Table", "AWS::DynamoDB::Table", "table-1", {"Arn": "arn:table", "Outputs.X": 5})
    return made


@pytest.mark.parametrize(
    ("value", "resolved"),
    [
        ({"Ref": "Stage"}, "local"),
        ({"Ref": "Names"}, ["a", "b", "c"]),
        ({"Ref": "Table"}, "table-1"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:table"),
        ({"Fn::GetAtt": "Table.Outputs.X"}, 5),
        ({"Fn::Sub": "${Table}/${Table.Arn}/${AWS::Region}/${!Kept}"}, "table-1/arn:table/eu-west-1/${Kept}"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Ref": "Table"}}]}, "table-1-local"),
        ({"Fn::Join": ["/", ["x", {"Ref": "Stage"}]]}, "x/local"),
        ({"Fn::Join": ["+", {"Ref": "Names"}]}, "a+b+c"),
        ({"Fn::If": ["IsLocal", 1, {"Ref": "NoSuchThing"}]}, 1),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 128),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"a": {"Fn::If": ["IsProduction", "x", {"Ref": "AWS::NoValue"}]}, "b": 1}, {"b": 1}),
        ([{"Fn::If": ["Both", "x", {"Ref": "AWS::NoValue"}]}, "y"], ["y"]),
        ({"Fn::If": ["Either", "yes", "no"]}, "yes"),
        ({"Condition": {"StringLike": {"k": "v"}}}, {"Condition": {"StringLike": {"k": "v"}}}),
    ],
)
def test_a_value_resolves(resolver: Resolver, value: Any, resolved: Any) -> None:
    assert resolver.resolve(value) == resolved


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Nothing"},
        {"Fn::GetAtt": ["Nothing", "Arn"]},
        {"Fn::GetAtt": ["Table", "StreamArn"]},
        {"Fn::Sub": "x-${Nothing}"},
        {"Fn::Sub": "x-${Table.Nothing}"},
        {"Fn::If": ["NoCondition", 1, 2]},
        {"Fn::FindInMap": ["Sizes", "production", "memory"]},
        {"Fn::Select": [3, ["a"]]},
        {"Fn::ImportValue": "other-stack"},
        {"Fn::GetAZs": ""},
        {"deep": [{"er": {"Ref": "Nothing"}}]},
    ],
)
def test_what_cannot_be_resolved_is_refused(resolver: Resolver, value: Any) -> None:
    with pytest.raises(Unresolved):
        resolver.resolve(value)


@pytest.mark.parametrize(
    ("declared", "given"),
    [
        ({"A": {"Type": "String"}}, {}),
        ({}, {"A": "1"}),
        ({"A": {"Type": "String", "AllowedValues": ["x"]}}, {"A": "y"}),
        ({"A": {"Type": "String", "AllowedPattern": "[a-z]+"}}, {"A": "x1"}),
    ],
)
def test_a_wrong_parameter_is_refused(declared: Any, given: Any) -> None:
    with pytest.raises(InvalidParameter):
        read_parameters(declared, given)


def test_references_are_found_wherever_they_stand() -> None:
    value = {
        "a": [{"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}, {"Fn::GetAtt": "C.Arn"}],
        "b": {"Fn::Sub": "${D}-${E.Arn}-${!F}"},
        "c": {"Fn::Sub": ["${x}", {"x": {"Ref": "G"}}]},
        "d": {"Fn::If": ["Condition", {"Ref": "H"}, "text"]},
    }
    assert set(references(value)) == {"A", "B", "C", "D", "E", "x", "G", "H"}
