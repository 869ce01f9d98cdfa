"""What requests ask for in IAM's terms."""

import json
from typing import Any

import pytest

from infra.local.access import UnknownService, accesses
from infra.local.aws_request import AwsRequest, read
from infra.local.wsgi_server import environ

REGION = "eu-west-1"
TABLE = f"arn:aws:dynamodb:{REGION}:123456789012:table/T"
SIGNED = "AWS4-HMAC-SHA256 Credential=KEY/20260101/eu-west-1/{}/aws4_request, SignedHeaders=host, Signature=x"


def json_request(target: str, service: str, **body: Any) -> AwsRequest:
    headers = [("X-Amz-Target", target), ("Authorization", SIGNED.format(service)), ("Host", "x")]
    return read(environ("POST", "/", headers, json.dumps(body).encode()))


def s3_request(method: str, target: str, **headers: str) -> AwsRequest:
    fields = [("Authorization", SIGNED.format("s3")), *((k.replace("_", "-"), v) for k, v in headers.items())]
    return read(environ(method, target, fields, b""))


def asked(request: AwsRequest) -> set[tuple[str, str]]:
    return {(access.action, access.resource) for access in accesses(request, REGION)}


def test_a_transaction_is_its_parts() -> None:
    entries = [
        {"Put": {"TableName": "T", "Item": {}}},
        {"Update": {"TableName": "T", "Key": {}}},
        {"ConditionCheck": {"TableName": "U", "Key": {}}},
    ]
    request = json_request("DynamoDB_20120810.TransactWriteItems", "dynamodb", TransactItems=entries)
    assert asked(request) == {
        ("dynamodb:PutItem", TABLE),
        ("dynamodb:UpdateItem", TABLE),
        ("dynamodb:ConditionCheckItem", TABLE[:-1] + "U"),
    }
    assert {access.context["dynamodb:EnclosingOperation"][0] for access in accesses(request, REGION)} == {
        "TransactWriteItems"
    }


def test_a_query_of_an_index_needs_the_index() -> None:
    request = json_request("DynamoDB_20120810.Query", "dynamodb", TableName="T", IndexName="gsi1")
    assert asked(request) == {("dynamodb:Query", TABLE + "/index/gsi1")}


def test_batches_are_asked_per_table() -> None:
    request = json_request("DynamoDB_20120810.BatchGetItem", "dynamodb", RequestItems={"T": {"Keys": []}, "U": {}})
    assert asked(request) == {("dynamodb:BatchGetItem", TABLE), ("dynamodb:BatchGetItem", TABLE[:-1] + "U")}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (s3_request("GET", "/b/a%20b/c"), {("s3:GetObject", "arn:aws:s3:::b/a b/c")}),
        (s3_request("HEAD", "/b/k"), {("s3:GetObject", "arn:aws:s3:::b/k")}),
        (s3_request("GET", "/b/k?versionId=1"), {("s3:GetObjectVersion", "arn:aws:s3:::b/k")}),
        (s3_request("POST", "/b/k?uploads"), {("s3:PutObject", "arn:aws:s3:::b/k")}),
        (s3_request("PUT", "/b/k?uploadId=1&partNumber=1"), {("s3:PutObject", "arn:aws:s3:::b/k")}),
        (s3_request("DELETE", "/b/k?uploadId=1"), {("s3:AbortMultipartUpload", "arn:aws:s3:::b/k")}),
        (s3_request("GET", "/b?list-type=2"), {("s3:ListBucket", "arn:aws:s3:::b")}),
        (s3_request("GET", "/b?versions"), {("s3:ListBucketVersions", "arn:aws:s3:::b")}),
        (s3_request("POST", "/b?delete"), {("s3:DeleteObject", "arn:aws:s3:::b/*")}),
        (s3_request("PUT", "/b/k?tagging"), {("s3:PutObjectTagging", "arn:aws:s3:::b/k")}),
        (
            s3_request("PUT", "/b/k", x_amz_copy_source="/c/d"),
            {("s3:PutObject", "arn:aws:s3:::b/k"), ("s3:GetObject", "arn:aws:s3:::c/d")},
        ),
        (s3_request("GET", "/"), {("s3:ListAllMyBuckets", "*")}),
    ],
)
def test_s3_is_named_by_method_path_and_query(request_: AwsRequest, expected: set[tuple[str, str]]) -> None:
    assert asked(request_) == expected


@pytest.mark.parametrize(
    ("target", "service", "body", "expected"),
    [
        (
            "AmazonSQS.SendMessageBatch",
            "sqs",
            {"QueueUrl": "http://127.0.0.1/123456789012/Q"},
            {("sqs:SendMessage", f"arn:aws:sqs:{REGION}:123456789012:Q")},
        ),
        (
            "AmazonSSM.GetParameters",
            "ssm",
            {"Names": ["/a", "b:3"]},
            {
                ("ssm:GetParameters", f"arn:aws:ssm:{REGION}:123456789012:parameter/a"),
                ("ssm:GetParameters", f"arn:aws:ssm:{REGION}:123456789012:parameter/b"),
            },
        ),
        (
            "AWSCognitoIdentityProviderService.AdminGetUser",
            "cognito-idp",
            {"UserPoolId": "P"},
            {("cognito-idp:AdminGetUser", f"arn:aws:cognito-idp:{REGION}:123456789012:userpool/P")},
        ),
        ("AWSCognitoIdentityProviderService.InitiateAuth", "cognito-idp", {}, set()),
        (
            "Logs_20140328.PutLogEvents",
            "logs",
            {"logGroupName": "G"},
            {("logs:PutLogEvents", f"arn:aws:logs:{REGION}:123456789012:log-group:G:*")},
        ),
    ],
)
def test_json_services(target: str, service: str, body: Any, expected: set[tuple[str, str]]) -> None:
    assert asked(json_request(target, service, **body)) == expected


def test_a_connection_is_managed_by_api_stage_and_method() -> None:
    headers = [("Authorization", SIGNED.format("execute-api"))]
    request = read(environ("POST", "/api1/live/%40connections/abc%3D", headers, b"x"))
    assert (request.service, request.operation) == ("execute-api", "PostToConnection")
    expected = f"arn:aws:execute-api:{REGION}:123456789012:api1/live/POST/@connections/abc="
    assert asked(request) == {("execute-api:ManageConnections", expected)}


def test_a_service_without_a_description_is_refused() -> None:
    with pytest.raises(UnknownService):
        accesses(json_request("Kinesis_20131202.PutRecord", "kinesis"), REGION)
