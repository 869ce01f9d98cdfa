"""What DynamoDB refuses, refused in its words."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.local.stack import Stack
from tests.integration.local.items import KEY, Items, refused


@pytest.fixture
def items(stack: Stack) -> Items:
    return Items(stack)


UPDATE = {"Key": KEY, "UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
QUERY = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "A"}}}


@pytest.mark.parametrize(
    ("operation", "arguments", "message"),
    [
        (
            "update_item",
            {**UPDATE, "ExpressionAttributeValues": {":n": {"N": "1"}, ":x": {"N": "1"}}},
            "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
        ),
        (
            "query",
            {**QUERY, "ExpressionAttributeNames": {"#x": "x"}},
            "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
        ),
        (
            "put_item",
            {"Item": KEY, "ExpressionAttributeValues": {":x": {"N": "1"}}},
            "ExpressionAttributeValues can only be specified when using expressions",
        ),
        (
            "query",
            {**QUERY, "FilterExpression": "sk <> :pk"},
            "Filter Expression can only contain non-primary key attributes: Primary key attribute: sk",
        ),
        (
            "put_item",
            {"Item": {**KEY, "gsi1sk": {"S": "1"}}},
            "Type mismatch for Index Key gsi1sk Expected: N Actual: S IndexName: gsi1",
        ),
        (
            "put_item",
            {"Item": {**KEY, "gsi1pk": {"S": ""}}},
            "cannot contain an empty string value. IndexName: gsi1, IndexKey: gsi1pk",
        ),
        (
            "update_item",
            {
                "Key": KEY,
                "UpdateExpression": "SET #g = :g",
                "ExpressionAttributeNames": {"#g": "gsi1pk"},
                "ExpressionAttributeValues": {":g": {"S": ""}},
            },
            "cannot contain an empty string value. IndexName: gsi1, IndexKey: gsi1pk",
        ),
        (
            "update_item",
            {**UPDATE, "UpdateExpression": "SET gsi1pk = :n"},
            "Type mismatch for Index Key gsi1pk Expected: S Actual: N IndexName: gsi1",
        ),
        (
            "put_item",
            {"Item": {**KEY, "n": {"M": {"x": {"L": [{"N": "1" * 39}]}}}}},
            "Attempting to store more than 38 significant digits in a Number",
        ),
        ("put_item", {"Item": {**KEY, "n": {"N": "1e126"}}}, "magnitude larger than supported range"),
        ("put_item", {"Item": {**KEY, "n": {"N": "nan"}}}, "cannot be converted to a numeric value"),
        ("put_item", {"Item": {**KEY, "s": {"SS": []}}}, "may not be empty"),
        ("put_item", {"Item": {**KEY, "s": {"NS": ["1", "1.0"]}}}, "contains duplicates"),
        ("put_item", {"Item": {**KEY, "sk": {"S": "x" * 1025}}}, "maximum size limit of1024 bytes"),
        ("put_item", {"Item": {**KEY, "sk": {"S": ""}}}, "cannot contain an empty string value. Key: sk"),
        ("get_item", {"Key": {"pk": {"S": "A"}}}, "The provided key element does not match the schema"),
        ("query", {**QUERY, "IndexName": "none"}, "does not have the specified index"),
        (
            "query",
            {"KeyConditionExpression": "sk = :pk", "ExpressionAttributeValues": {":pk": {"S": "A"}}},
            "Query condition missed key schema element: pk",
        ),
        (
            "query",
            {"KeyConditionExpression": "gsi1pk = :pk", "ExpressionAttributeValues": {":pk": {"S": "A"}}}
            | {"IndexName": "gsi1", "ConsistentRead": True},
            "Consistent reads are not supported on global secondary indexes",
        ),
        (
            "query",
            {**QUERY, "ExpressionAttributeValues": {":pk": {"N": "1"}}},
            "Condition parameter type does not match schema type",
        ),
        (
            "query",
            {
                "KeyConditionExpression": "pk = :a AND sk BETWEEN :b AND :a",
                "ExpressionAttributeValues": {":a": {"S": "A"}, ":b": {"S": "B"}},
            },
            "requires upper bound to be greater than or equal to lower bound",
        ),
        (
            "query",
            {**QUERY, "ExpressionAttributeValues": {":pk": {"S": ""}}},
            "cannot contain an empty string value. Key: pk",
        ),
        (
            "get_item",
            {"Key": KEY, "ProjectionExpression": "sk" + ", a" * 1400},
            "has exceeded the maximum allowed size",
        ),
        ("get_item", {"Key": KEY, "ExpressionAttributeNames": {}}, "ExpressionAttributeNames must not be empty"),
        (
            "put_item",
            {
                "Item": KEY,
                "ConditionExpression": f"a IN ({', '.join([':a'] * 101)})",
                "ExpressionAttributeValues": {":a": {"S": "A"}},
            },
            "operator or function: IN, number of operands: 102",
        ),
        ("query", {**QUERY, "ExclusiveStartKey": {"pk": {"S": "A"}}}, "The provided starting key is invalid"),
        ("query", {**QUERY, "ExclusiveStartKey": {**KEY, "pk": {"S": "B"}}}, "is outside query boundaries"),
        ("scan", {"ExclusiveStartKey": {**KEY, "sk": {"N": "1"}}}, "The provided starting key is invalid"),
        (
            "query",
            {**QUERY, "ReturnConsumedCapacity": "TOTAL"},
            "The local stack does not serve Query with ReturnConsumedCapacity",
        ),
    ],
)
def test_requests_that_the_service_refuses_are_refused(
    items: Items, operation: str, arguments: dict[str, Any], message: str
) -> None:
    assert message in refused(items, operation, **arguments)
    assert items.get() is None


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("GetItem", {}),
        ("GetItem", {"TableName": 1, "Key": KEY}),
        ("GetItem", {"Key": "A"}),
        ("GetItem", {"Key": {"pk": {"S": 5}, "sk": {"S": "1"}}}),
        ("PutItem", {"Item": {**KEY, "x": {"S": 5}}}),
        ("PutItem", {"Item": {**KEY, "x": {"Q": "5"}}}),
        ("PutItem", {"Item": {**KEY, "x": {"S": "5", "N": "5"}}}),
        ("PutItem", {"Item": {**KEY, "x": {}}}),
        ("PutItem", {"Item": {**KEY, "x": {"B": "no base 64"}}}),
        ("PutItem", {"Item": {**KEY, "x": {"L": 5}}}),
        ("Query", {"KeyConditionExpression": 5}),
        ("Query", {"KeyConditionExpression": "pk = :a[", "ExpressionAttributeValues": {":a": {"S": "A"}}}),
        ("BatchWriteItem", {"RequestItems": []}),
        ("TransactWriteItems", {"TransactItems": [{}]}),
    ],
)
def test_what_boto3_would_not_send_is_refused(items: Items, stack: Stack, operation: str, body: dict[str, Any]) -> None:
    named = {} if operation in ("BatchWriteItem", "TransactWriteItems") else {"TableName": items.name}
    headers = {
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Content-Type": "application/x-amz-json-1.0",
        "Authorization": f"AWS4-HMAC-SHA256 Credential=operator/20260101/{items.region}/dynamodb/aws4_request",
    }
    request = urllib.request.Request(stack.cloud.url, json.dumps({**named, **body}).encode(), headers)
    with pytest.raises(urllib.error.HTTPError) as raised:
        urllib.request.urlopen(request)
    assert raised.value.code == 400
    assert "Exception" in json.load(raised.value)["__type"]
    assert items.get() is None
