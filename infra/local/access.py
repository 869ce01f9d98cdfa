"""What a request asks for, in IAM's terms: actions, resource ARNs and the context conditions look at."""

from collections.abc import Callable, Iterator
from typing import Any

from infra.local import dynamodb_access
from infra.local.aws_request import AwsRequest
from infra.local.iam import Access
from infra.local.model import ACCOUNT
from infra.local.s3_operations import bucket_and_key

Describe = Callable[[AwsRequest, str], Iterator[Access]]
# Cognito's client-side operations carry no signature worth checking: the service does not ask IAM about them.
UNAUTHORIZED_COGNITO = (
    *("InitiateAuth", "RespondToAuthChallenge", "SignUp", "ConfirmSignUp", "ForgotPassword", "ConfirmForgotPassword"),
    *("ResendConfirmationCode", "GetUser", "ChangePassword", "GlobalSignOut", "RevokeToken", "GetPublicKeys"),
    *("UpdateUserAttributes", "DeleteUser", "GetTokensFromRefreshToken"),
)
S3_ACTIONS = {
    "HeadObject": "GetObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "DeleteObjects": "DeleteObject",
    "HeadBucket": "ListBucket",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListBuckets": "ListAllMyBuckets",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
}


class UnknownService(Exception):
    """A service whose resources are not described here, so that its rights cannot be checked."""


def accesses(request: AwsRequest, region: str) -> list[Access]:
    """Everything the role must be allowed for this request to pass."""
    if request.service not in SERVICES:
        raise UnknownService(request.service)
    return list(SERVICES[request.service](request, region))


def _sqs(request: AwsRequest, region: str) -> Iterator[Access]:
    name = str(request.json.get("QueueName") or str(request.json.get("QueueUrl", "")).rpartition("/")[2])
    action = request.operation.removesuffix("Batch")
    yield Access(f"sqs:{action}", f"arn:aws:sqs:{region}:{ACCOUNT}:{name or '*'}")


def _s3(request: AwsRequest, region: str) -> Iterator[Access]:
    bucket, key = bucket_and_key(request.path)
    action = S3_ACTIONS.get(request.operation, request.operation)
    resource = f"arn:aws:s3:::{bucket}" + (f"/{key}" if key else "") if bucket else "*"
    context = {"s3:prefix": [request.query["prefix"]]} if "prefix" in request.query else {}
    if request.operation == "DeleteObjects":
        resource = f"arn:aws:s3:::{bucket}/*"
    if request.query.get("versionId") and action in ("GetObject", "DeleteObject"):
        action += "Version"
    yield Access(f"s3:{action}", resource, context)
    if source := request.header("x-amz-copy-source"):
        yield Access("s3:GetObject", "arn:aws:s3:::" + source.lstrip("/").split("?")[0])
    if request.header("x-amz-tagging"):
        yield Access("s3:PutObjectTagging", resource)


def _ssm(request: AwsRequest, region: str) -> Iterator[Access]:
    names = request.json.get("Names") or [request.json.get("Name") or request.json.get("Path") or "*"]
    for name in names:
        text = str(name).split(":")[0] if not str(name).startswith("arn:") else str(name).partition(":parameter")[2]
        yield Access(f"ssm:{request.operation}", f"arn:aws:ssm:{region}:{ACCOUNT}:parameter/{text.lstrip('/')}")


def _cognito(request: AwsRequest, region: str) -> Iterator[Access]:
    if request.operation in UNAUTHORIZED_COGNITO:
        return
    pool = request.json.get("UserPoolId", "*")
    yield Access(f"cognito-idp:{request.operation}", f"arn:aws:cognito-idp:{region}:{ACCOUNT}:userpool/{pool}")


def _logs(request: AwsRequest, region: str) -> Iterator[Access]:
    group = request.json.get("logGroupName", "*")
    yield Access(f"logs:{request.operation}", f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{group}:*")


def _execute_api(request: AwsRequest, region: str) -> Iterator[Access]:
    """The path is `/API/STAGE/@connections/ID` here; in the service API and stage stand in the host and path."""
    place, _, connection = request.path.partition("/@connections/")
    resource = f"{place.strip('/')}/{request.method}/@connections/{connection}"
    yield Access("execute-api:ManageConnections", f"arn:aws:execute-api:{region}:{ACCOUNT}:{resource}")


def _sts(request: AwsRequest, region: str) -> Iterator[Access]:
    if request.operation != "GetCallerIdentity":
        yield Access(f"sts:{request.operation}", str(request.form.get("RoleArn", "*")))


def _cloudwatch(request: AwsRequest, region: str) -> Iterator[Access]:
    namespace: Any = request.json.get("Namespace") or request.form.get("Namespace")
    context = {"cloudwatch:namespace": [str(namespace)]} if namespace else {}
    yield Access(f"cloudwatch:{request.operation}", "*", context)


def _transcribe(request: AwsRequest, region: str) -> Iterator[Access]:
    if request.operation == "StartTranscriptionJob":
        context = {"transcribe:OutputBucketName": [str(request.json.get("OutputBucketName", ""))]}
        yield Access("transcribe:StartTranscriptionJob", "*", context)
        return
    job = request.json.get("TranscriptionJobName", "*")
    resource = f"arn:aws:transcribe:{region}:{ACCOUNT}:transcription-job/{job}"
    yield Access(f"transcribe:{request.operation}", resource)


def _comprehend(request: AwsRequest, region: str) -> Iterator[Access]:
    yield Access(f"comprehend:{request.operation}", "*")


SERVICES: dict[str, Describe] = {
    "dynamodb": dynamodb_access.accesses,
    "sqs": _sqs,
    "s3": _s3,
    "ssm": _ssm,
    "cognito-idp": _cognito,
    "logs": _logs,
    "execute-api": _execute_api,
    "sts": _sts,
    "cloudwatch": _cloudwatch,
    "transcribe": _transcribe,
    "comprehend": _comprehend,
}
