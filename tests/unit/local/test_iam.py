"""IAM's decisions, as a table."""

from typing import Any

import pytest

from infra.local.compute import statements
from infra.local.iam import Access, UnknownCondition, decide
from infra.local.managed_policies import UnknownPolicy, document
from infra.local.properties import UnsupportedProperty

TABLE = "arn:aws:dynamodb:eu-west-1:123456789012:table/T"


def allowed(policy: Any, action: str, resource: str, **context: list[str]) -> bool:
    named = {key.replace("__", ":"): value for key, value in context.items()}
    return decide(statements("p", {"Statement": policy}), Access(action, resource, named)).allowed


def allow(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE, **more}


@pytest.mark.parametrize(
    ("statement", "action", "resource", "expected"),
    [
        (allow(), "dynamodb:GetItem", TABLE, True),
        (allow(), "dynamodb:PutItem", TABLE, False),
        (allow(), "dynamodb:GetItem", TABLE + "2", False),
        (allow(Action="DynamoDB:getitem"), "dynamodb:GetItem", TABLE, True),
        (allow(Action="dynamodb:Get*"), "dynamodb:GetItem", TABLE, True),
        (allow(Action="dynamodb:?etItem"), "dynamodb:GetItem", TABLE, True),
        (allow(Action=["s3:*", "dynamodb:*"]), "dynamodb:GetItem", TABLE, True),
        (allow(Resource=TABLE + "/index/*"), "dynamodb:GetItem", TABLE, False),
        (allow(Resource="arn:aws:dynamodb:*:*:table/T"), "dynamodb:GetItem", TABLE, True),
        (allow(Resource=TABLE.replace(":table", ".table")), "dynamodb:GetItem", TABLE, False),
        ({"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}, "dynamodb:GetItem", TABLE, True),
        ({"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}, "dynamodb:GetItem", TABLE, False),
        ({"Effect": "Allow", "Action": "*", "NotResource": TABLE}, "dynamodb:GetItem", TABLE, False),
        ({"Effect": "Allow", "Action": "*", "NotResource": "x"}, "dynamodb:GetItem", TABLE, True),
        (allow(Resource="${aws:username}"), "dynamodb:GetItem", TABLE, False),
    ],
)
def test_actions_and_resources(statement: Any, action: str, resource: str, expected: bool) -> None:
    assert allowed(statement, action, resource) is expected


@pytest.mark.parametrize(
    ("condition", "keys", "expected"),
    [
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#*"]}}, ["T#1", "T#2"], True),
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#*"]}}, ["T#1", "X#2"], False),
        ({"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["T#*"]}}, [], True),
        ({"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "T#1"}}, ["T#1", "X#2"], True),
        ({"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "T#1"}}, [], False),
        ({"StringEquals": {"dynamodb:leadingkeys": ["T#1"]}}, ["T#1"], True),
        ({"StringEquals": {"dynamodb:LeadingKeys": "T#1"}}, [], False),
        ({"StringEqualsIfExists": {"dynamodb:LeadingKeys": "T#1"}}, [], True),
        ({"StringNotEquals": {"dynamodb:LeadingKeys": ["A", "B"]}}, ["B"], False),
        ({"StringNotEquals": {"dynamodb:LeadingKeys": ["A", "B"]}}, ["C"], True),
        ({"StringNotLike": {"dynamodb:LeadingKeys": "T#*"}}, [], True),
        ({"Null": {"dynamodb:LeadingKeys": "true"}}, [], True),
        ({"Null": {"dynamodb:LeadingKeys": False}}, [], False),
        ({"NumericLessThanEquals": {"dynamodb:LeadingKeys": 5}}, ["5"], True),
        ({"NumericGreaterThan": {"dynamodb:LeadingKeys": 5}}, ["5"], False),
        ({"NumericEquals": {"dynamodb:LeadingKeys": 5}}, ["five"], False),
        ({"Bool": {"dynamodb:LeadingKeys": True}}, ["True"], True),
        ({"ArnLike": {"dynamodb:LeadingKeys": "arn:aws:*:*:1:*"}}, ["arn:aws:s3:eu:1:x"], True),
        ({"ArnLike": {"dynamodb:LeadingKeys": "arn:aws:*:1:*"}}, ["arn:aws:s3:eu:1:x"], False),
        (
            {"StringLike": {"dynamodb:LeadingKeys": "T#*"}, "StringNotEquals": {"dynamodb:LeadingKeys": "T#1"}},
            ["T#1"],
            False,
        ),
    ],
)
def test_conditions(condition: Any, keys: list[str], expected: bool) -> None:
    context = {"dynamodb__LeadingKeys": keys} if keys else {}
    assert allowed(allow(Condition=condition), "dynamodb:GetItem", TABLE, **context) is expected


def test_a_deny_wins_wherever_it_stands() -> None:
    deny = {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*", "Condition": {"StringEquals": {"k": "v"}}}
    both = [deny, allow()]
    assert allowed(both, "dynamodb:GetItem", TABLE)
    assert not allowed(both, "dynamodb:GetItem", TABLE, k=["v"])
    assert not allowed([allow(), deny], "dynamodb:GetItem", TABLE, k=["v"])


def test_without_a_statement_the_answer_is_no() -> None:
    assert not allowed([], "dynamodb:GetItem", TABLE)


def test_an_operator_that_is_not_known_is_loud() -> None:
    with pytest.raises(UnknownCondition):
        allowed(allow(Condition={"DateLessThan": {"k": "v"}}), "dynamodb:GetItem", TABLE, k=["v"])


def test_a_role_policy_has_no_principal() -> None:
    with pytest.raises(UnsupportedProperty):
        statements("p", {"Statement": allow(Principal="*")})


def test_the_documents_of_managed_policies_are_the_real_ones() -> None:
    basic = document("arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
    actions = basic["Statement"][0]["Action"]
    assert actions == ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    queue = document("arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole")
    assert "sqs:ReceiveMessage" in queue["Statement"][0]["Action"]
    for unknown in ("arn:aws:iam::aws:policy/NoSuchPolicy", "arn:aws:iam::123456789012:policy/Mine"):
        with pytest.raises(UnknownPolicy):
            document(unknown)
