"""Asks moto one thing after the other and prints what it answers; with `quicker`, by the shorter ways."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
from moto import mock_aws

from infra.local import quicker

KEY = {"pk": {"S": "A"}, "sk": {"S": "1"}}
EVERY_TYPE = {
    "txt": {"S": "é"},
    "empty": {"S": ""},
    "number": {"N": "-1.5"},
    "bytes": {"B": b"\x00\xff"},
    "texts": {"SS": ["b", "a"]},
    "numbers": {"NS": ["1", "2"]},
    "parts": {"BS": [b"\x01", b"\x02"]},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "things": {"L": [{"S": "x"}, {"M": {"n": {"N": "3"}, "deep": {"L": [{"B": b"z"}]}}}, {"L": []}]},
    "tree": {"M": {"ü": {"S": "y"}, "nil": {"M": {}}, "set": {"SS": ["q"]}}},
}
ONE, TEXT = {":one": {"N": "1"}}, {":text": {"S": "t"}}


def update(expression: str, values: Any = None, condition: str = "", names: Any = None, **more: Any) -> Any:
    given = {"ExpressionAttributeValues": values, "ConditionExpression": condition, "ExpressionAttributeNames": names}
    asked = {"Key": KEY, "UpdateExpression": expression, "ReturnValues": "ALL_NEW", **more}
    return "update_item", asked | {name: value for name, value in given.items() if value}


def query(**more: Any) -> Any:
    values = {":pk": {"S": "A"}, **more.pop("values", {})}
    return "query", {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values, **more}


ASKED: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"Item": {**KEY, **EVERY_TYPE}}),
    ("get_item", {"Key": KEY}),
    ("get_item", {"Key": {**KEY, "sk": {"S": "none"}}}),
    update("SET a = :one, #b = if_not_exists(#b, :one) + :one", ONE, names={"#b": "number"}),
    update("SET #b = #b - :one REMOVE flag, things[0]", ONE, names={"#b": "number"}, ReturnValues="UPDATED_NEW"),
    update("SET things = list_append(things, :more), tree.extra = :text", {":more": {"L": [{"N": "9"}]}, **TEXT}),
    update("SET things[7] = :text", TEXT),
    update("ADD numbers :set, fresh :one, texts :new DELETE parts :part", {
        ":set": {"NS": ["3"]}, ":new": {"SS": ["c"]}, ":part": {"BS": [b"\x01"]}, **ONE,
    }),
    update("SET tree.nil.x.y = :one", ONE),
    update("SET lost = absent", None),
    update("SET a = :one, a = :one", ONE),
    update("SET a = :one SET b = :one", ONE),
    update("SET a = :none", ONE),
    update("SET #n = :one", ONE),
    update("SET sk = :text", TEXT),
    update("SET size = :one", ONE),
    update("SET a = ", ONE),
    update("SET a = txt + :one", ONE),
    update("ADD txt :one", ONE),
    update("SET gs = :one", ONE),
    update("SET gs = :empty", {":empty": {"S": ""}}),
    update("SET big = :big", {":big": {"S": "x" * 409_000}}),
    update("SET a = :two", {":two": {"N": "2"}}, "a = :one AND attribute_exists(#t)", names={"#t": "txt"}),
    update("SET a = :two", {":two": {"N": "2"}, **ONE}, "a = :one AND attribute_exists(#t)", names={"#t": "txt"}),
    update("SET a = :two", {":two": {"N": "2"}, **ONE}, "a = :one", ReturnValuesOnConditionCheckFailure="ALL_OLD"),
    update("SET a = :two", {":two": {"N": "2"}}, "attribute_not_exists(pk)"),
    update("REMOVE tree.extra, things[1], things[0]", ReturnValues="UPDATED_OLD"),
    update("ADD counted :one SET gs = :text", {**ONE, **TEXT}, Key={**KEY, "sk": {"S": "2"}}),
    update("SET gs = :text", TEXT, Key={**KEY, "sk": {"S": "é3"}}),
    ("put_item", {"Item": {**KEY, "sk": {"S": "9"}, "big": {"S": "é" * 202_400}}}),
    ("put_item", {"Item": {**KEY, "big": {"L": [{"S": "x" * 1000}] * 406}}}),
    ("put_item", {"Item": KEY, "ConditionExpression": "attribute_not_exists(pk)"}),
    ("put_item", {"Item": {**KEY, "sk": {"N": "1"}}}),
    query(),
    query(ScanIndexForward=False, Limit=2),
    query(ExclusiveStartKey={**KEY, "sk": {"S": "1"}}),
    query(FilterExpression="counted = :one", values=ONE),
    query(ProjectionExpression="sk, tree.nil, things[0]"),
    query(KeyConditionExpression="pk = :pk AND begins_with(sk, :text)", values={":text": {"S": "é"}}),
    query(KeyConditionExpression="pk = :pk AND sk BETWEEN :a AND :b", values={":a": {"S": "1"}, ":b": {"S": "2"}}),
    query(IndexName="index", KeyConditionExpression="gs = :pk", values={":pk": {"S": "t"}}),
    ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("scan", {}),
]  # fmt: skip


def main() -> None:
    """Every question in turn."""
    if "quicker" in sys.argv:
        quicker.install()
    with mock_aws():
        client = boto3.client("dynamodb", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
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
        for operation, asked in ASKED:
            try:
                answer = getattr(client, operation)(TableName="t", **asked)
                answer.pop("ResponseMetadata")
            except Exception as refused:
                answer = repr(refused)
            print(operation, json.dumps(answer, sort_keys=True, default=_plain))  # noqa: T201
        for counted in queues():
            print(json.dumps(counted, sort_keys=True))  # noqa: T201


def queues() -> Iterator[dict[str, Any]]:
    """What a queue and a FIFO queue say of themselves and of what is in them."""
    client = boto3.client("sqs", "eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    fifo = {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
    for name, attributes in (("q", {"DelaySeconds": "0"}), ("q.fifo", fifo)):
        url = client.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        group = {"MessageGroupId": "g"} if attributes is fifo else {}
        for body in ("one", "two", "two"):
            client.send_message(QueueUrl=url, MessageBody=body, **group)
        client.receive_message(QueueUrl=url)
        told = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        yield {name: value for name, value in told.items() if "Timestamp" not in name}


def _plain(value: Any) -> str:
    return repr(sorted(value) if isinstance(value, set) else value)


if __name__ == "__main__":
    main()
