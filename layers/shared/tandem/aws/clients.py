"""One boto3 client per service and execution environment."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from tandem.config import settings

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_comprehend import ComprehendClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_transcribe import TranscribeServiceClient


@cache
def _config(*, local: bool) -> Config:
    # A fixed user agent saves a tenth of each call's CPU; the timeouts keep one slow call inside a function's own.
    # Parameters are checked on a developer's machine and in every test: what passes there needs no second look.
    return Config(
        user_agent="tandem",
        retries={"mode": "standard", "total_max_attempts": 3},
        connect_timeout=2,
        read_timeout=5,
        tcp_keepalive=True,
        parameter_validation=local,
    )


@cache
def _session(credentials: str) -> boto3.Session:
    # What a session reads to make its first client, it need not read again for the second.
    return boto3.Session()


@cache
def _dynamodb(credentials: str) -> "DynamoDBClient":
    client: DynamoDBClient = _session(credentials).client("dynamodb", config=_config(local=settings().is_local))
    return client


@cache
def _sqs(credentials: str) -> "SQSClient":
    client: SQSClient = _session(credentials).client("sqs", config=_config(local=settings().is_local))
    return client


@cache
def _s3(credentials: str) -> "S3Client":
    local = settings().is_local
    addressing = Config(signature_version="s3v4", s3={"addressing_style": "path" if local else "virtual"})
    client: S3Client = _session(credentials).client("s3", config=_config(local=local).merge(addressing))
    return client


@cache
def _ssm(credentials: str) -> "SSMClient":
    client: SSMClient = _session(credentials).client("ssm", config=_config(local=settings().is_local))
    return client


@cache
def _cognito_idp(credentials: str) -> "CognitoIdentityProviderClient":
    client: CognitoIdentityProviderClient = _session(credentials).client(
        "cognito-idp", config=_config(local=settings().is_local)
    )
    return client


@cache
def _transcribe(credentials: str) -> "TranscribeServiceClient":
    client: TranscribeServiceClient = _session(credentials).client(
        "transcribe", config=_config(local=settings().is_local)
    )
    return client


@cache
def _comprehend(credentials: str) -> "ComprehendClient":
    client: ComprehendClient = _session(credentials).client("comprehend", config=_config(local=settings().is_local))
    return client


@cache
def _bedrock_runtime(credentials: str) -> "BedrockRuntimeClient":
    # A model takes its time, and is asked once: whoever waits for the answer has not longer than this.
    patient = Config(read_timeout=18, retries={"mode": "standard", "total_max_attempts": 1})
    client: BedrockRuntimeClient = _session(credentials).client(
        "bedrock-runtime", config=_config(local=settings().is_local).merge(patient)
    )
    return client


# Keyed by credentials: an execution environment has one set, a test process has one per function.


def dynamodb() -> "DynamoDBClient":
    """Amazon DynamoDB."""
    return _dynamodb(settings().credentials)


def sqs() -> "SQSClient":
    """Amazon SQS."""
    return _sqs(settings().credentials)


def s3() -> "S3Client":
    """Amazon S3."""
    return _s3(settings().credentials)


def ssm() -> "SSMClient":
    """AWS Systems Manager, for parameters."""
    return _ssm(settings().credentials)


def cognito_idp() -> "CognitoIdentityProviderClient":
    """Amazon Cognito, for people and their passwords."""
    return _cognito_idp(settings().credentials)


def transcribe() -> "TranscribeServiceClient":
    """Amazon Transcribe, for recordings of people."""
    return _transcribe(settings().credentials)


def comprehend() -> "ComprehendClient":
    """Amazon Comprehend, for the mood of what was said."""
    return _comprehend(settings().credentials)


def bedrock_runtime() -> "BedrockRuntimeClient":
    """Amazon Bedrock, for questions to a language model."""
    return _bedrock_runtime(settings().credentials)
