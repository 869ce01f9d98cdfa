"""Our DynamoDB answers as moto's does, which others wrote: but for what is listed here, where moto does not do as the
service."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.local.cloud import Cloud
from infra.local.model import Deployment
from infra.local.moto_state import MotoState
from tests.unit.local.asked_of_dynamodb import ASKED

REGION = "eu-west-1"


CLOSED = {"M": {"deep": {"L": [{"B": "z"}]}, "n": {"N": "3"}}}
OTHERWISE: dict[str, Any] = {
    # Of lists and maps that were changed within, the service returns what was changed.
    "SET #b = #b - :one REMOVE flag, things[0]": {"Attributes": {"number": {"N": "-1.5"}, "things": {"L": [CLOSED]}}},
    "REMOVE tree.extra, things[1], things[0]": {
        "Attributes": {"things": {"L": [CLOSED, {"L": []}]}, "tree": {"M": {"extra": {"S": "t"}}}}
    },
    # What is not there is not even NULL, and has no size.
    "absent = :a": {"Count": 0, "ScannedCount": 1},
    "absent <> :a": {"Count": 1, "ScannedCount": 1},
    "size(absent) >= :a": {"Count": 0, "ScannedCount": 1},
    # What is of another type is not more.
    "#number >= :a": {"Count": 0, "ScannedCount": 1},
    # A filter looks at what the key's condition does not.
    "pk = :pk": "ValidationException",
}
"""What is answered, by the last expression of the question, where moto does not do as the service."""
BROKEN = "no answer"
"""What moto says to what it does not understand; the service says that the request is not valid."""


def answers(client: Any) -> list[Any]:
    """The answer to each, or the code of its error."""
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "gs")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "index",
                "KeySchema": [{"AttributeName": "gs", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return [_answer(client, operation, asked) for operation, asked in ASKED]


def _answer(client: Any, operation: str, asked: dict[str, Any]) -> Any:
    """An answer as it can be compared: sets in order; of an error its code, and the item that it tells."""
    try:
        answer = getattr(client, operation)(TableName="t", **asked)
    except ClientError as refused:
        item = refused.response.get("Item")
        return (refused.response["Error"]["Code"], _comparable(item)) if item else refused.response["Error"]["Code"]
    except Exception:
        return BROKEN
    told = {name: content for name, content in answer.items() if name not in ("ResponseMetadata", "ConsumedCapacity")}
    return _comparable(told)


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: sorted(inner) if name in ("SS", "NS", "BS") else _comparable(inner) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_comparable(inner) for inner in value]
    return value.decode("latin-1") if isinstance(value, bytes) else value


@pytest.fixture(scope="module")
def both() -> tuple[list[Any], list[Any]]:
    aside = MotoState.put_aside()
    with mock_aws():
        theirs = answers(boto3.client("dynamodb", REGION, aws_access_key_id="a", aws_secret_access_key="b"))
    aside.take_up()
    cloud = Cloud(Deployment(REGION))
    ours = answers(cloud.client("dynamodb"))
    cloud.stop()
    return theirs, ours


def test_enough_is_asked_and_enough_of_it_refused(both: tuple[list[Any], list[Any]]) -> None:
    _, ours = both
    assert len(ours) == len(ASKED) >= 80
    assert sum(isinstance(answer, str | tuple) for answer in ours) == 30


@pytest.mark.parametrize("number", range(len(ASKED)))
def test_an_answer_is_motos_or_the_services(both: tuple[list[Any], list[Any]], number: int) -> None:
    theirs, ours = (answers[number] for answers in both)
    asked = ASKED[number][1]
    text = asked.get("FilterExpression") or asked.get("UpdateExpression")
    if theirs == BROKEN:
        theirs = "ValidationException"
    assert ours == theirs or ours == OTHERWISE[str(text)]


def test_what_is_answered_otherwise_is_still_otherwise(both: tuple[list[Any], list[Any]]) -> None:
    differ = [asked for (_, asked), theirs, ours in zip(ASKED, *both, strict=True) if BROKEN != theirs != ours]
    texts = {str(asked.get("FilterExpression") or asked.get("UpdateExpression")) for asked in differ}
    assert texts == OTHERWISE.keys() - {"size(absent) >= :a", "#number >= :a"}
