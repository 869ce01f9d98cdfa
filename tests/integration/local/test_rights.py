"""Roles at work: what a function may do, and what is known about it afterwards."""

import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from infra.local.stack import Stack


def test_a_role_is_held_to_its_leading_keys(stack: Stack) -> None:
    stack.rights.clear()
    assert stack.request("PUT", "/items/1", json={}).status == 201
    assert stack.request("PUT", "/items/1", json={"pk": "TENANT#1"}).status == 500
    assert {action for action, _ in stack.rights.refused("PutItem")} == {"dynamodb:PutItem"}


def test_a_refusal_reads_like_the_services_own(stack: Stack) -> None:
    outcome = stack.invoke("PutItem", {"body": '{"pk": "TENANT#1"}', "pathParameters": {"id": "1"}})
    assert outcome.error is not None
    assert outcome.error["errorMessage"].startswith(
        "An error occurred (AccessDeniedException) when calling the PutItem"
    )
    assert (
        "is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:" in outcome.error["errorMessage"]
    )
    assert "because no identity-based policy allows the dynamodb:PutItem action" in outcome.error["errorMessage"]


def test_a_deny_in_a_managed_policy_of_a_nested_stack_wins(stack: Stack) -> None:
    assert stack.request("GET", "/items/1").status == 404
    assert stack.request("GET", "/items/forbidden").status == 500


def test_rights_that_nobody_used_are_named(stack: Stack) -> None:
    stack.rights.clear()
    stack.request("PUT", "/items/1", json={})
    assert {grant.action for grant in stack.rights.unused("PutItem")} == {"dynamodb:DeleteItem"}
    assert {action for action, _ in stack.rights.used("PutItem")} == {"dynamodb:PutItem"}
    granted = {grant.action for grant in stack.rights.granted("PutItem")}
    assert granted >= {"dynamodb:PutItem", "dynamodb:DeleteItem", "logs:PutLogEvents"}


def test_s3_is_checked_by_key_and_a_missing_object_is_not_told_without_the_right_to_list(stack: Stack) -> None:
    assert stack.invoke("Store", {"key": "files/a b.txt", "body": "hello"}).payload == "hello"
    elsewhere = stack.invoke("Store", {"key": "other/a.txt", "body": "hello"})
    assert elsewhere.error is not None
    assert "AccessDenied" in elsewhere.error["errorMessage"]
    missing = stack.invoke("Store", {"key": "files/none"})
    assert missing.error is not None
    assert "AccessDenied" in missing.error["errorMessage"]


def test_parameters_are_checked_by_name(stack: Stack) -> None:
    assert stack.invoke("Store", {"key": "", "parameter": "/sample/setting"}).payload == "local"
    refused = stack.invoke("Store", {"key": "", "parameter": "/elsewhere/setting"})
    assert refused.error is not None
    assert "(AccessDeniedException)" in refused.error["errorMessage"]


def test_requests_are_counted_for_the_function_that_made_them(stack: Stack) -> None:
    with stack.count_requests() as counted:
        stack.request("PUT", "/items/1", json={})
        stack.request("GET", "/items/1")
        stack.client("dynamodb").list_tables()
    assert counted.by_operation() == {"dynamodb:PutItem": 1, "dynamodb:GetItem": 1}
    assert counted.total("dynamodb", function="GetItem") == 1


def test_an_operator_may_do_everything(stack: Stack) -> None:
    assert stack.client("s3").list_buckets()["Buckets"]


def fetch(url: str, method: str = "GET") -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def test_a_presigned_link_works_until_it_expires(stack: Stack) -> None:
    stack.invoke("Store", {"key": "files/a b.txt", "body": "hello"})
    link = stack.invoke("Store", {"key": "files/a b.txt", "link": 300}).payload
    assert fetch(link) == (200, b"hello")
    stack.advance(240)
    assert fetch(link)[0] == 200
    stack.advance(60)
    status, body = fetch(link)
    assert status == 403
    assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in body


def test_a_link_signed_after_the_clock_moved_is_fresh(stack: Stack) -> None:
    stack.invoke("Store", {"key": "files/x", "body": "hello"})
    stack.advance(3600)
    link = stack.invoke("Store", {"key": "files/x", "link": 60}).payload
    assert fetch(link) == (200, b"hello")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("files/x", "files/y"), b"SignatureDoesNotMatch"),
        (("X-Amz-Expires=60", "X-Amz-Expires=6000"), b"SignatureDoesNotMatch"),
        (("X-Amz-Expires=60", "X-Amz-Expires=9999999"), b"AuthorizationQueryParametersError"),
        (("X-Amz-Credential=LKIA", "X-Amz-Credential=LKIB"), b"InvalidAccessKeyId"),
    ],
)
def test_a_changed_link_is_refused(stack: Stack, change: tuple[str, str], code: bytes) -> None:
    stack.invoke("Store", {"key": "files/x", "body": "hello"})
    link = stack.invoke("Store", {"key": "files/x", "link": 60}).payload
    assert fetch(link)[0] == 200
    status, body = fetch(link.replace(*change))
    assert status in (400, 403)
    assert b"<Code>" + code in body


def test_a_link_is_for_one_method(stack: Stack) -> None:
    stack.invoke("Store", {"key": "files/x", "body": "hello"})
    link = stack.invoke("Store", {"key": "files/x", "link": 60}).payload
    assert fetch(link, "PUT")[0] == 403
    assert stack.invoke("Store", {"key": "files/x"}).payload == "hello"


def test_nobody_reads_the_bucket_without_a_signature(stack: Stack) -> None:
    stack.invoke("Store", {"key": "files/x", "body": "hello"})
    url = f"{stack.aws_endpoint_url}/{stack.outputs['BucketName']}/files/x"
    status, body = fetch(url)
    assert status == 403
    assert b"AccessDenied" in body


def test_a_link_of_a_role_that_may_not_read_is_refused(stack: Stack) -> None:
    link = stack.invoke("Store", {"key": "secret/x", "link": 60}).payload
    assert fetch(link)[0] == 403


def test_the_operators_errors_stay_the_services_own(stack: Stack) -> None:
    with pytest.raises(ClientError, match="NoSuchKey"):
        stack.client("s3").get_object(Bucket=stack.outputs["BucketName"], Key="files/none")
