"""One botocore client per service and execution environment."""

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
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
def _session(credentials: str) -> botocore.session.Session:
    # What a session reads to make its first client, it need not read again for the second.
    return botocore.session.get_session()


# Keyed by credentials: an execution environment has one set, a test process has one per function.
@cache
def _client(service: str, credentials: str, own: Config | None = None, endpoint: str | None = None) -> Any:
    config = _config(local=settings().is_local).merge(own or Config())
    return _session(credentials).create_client(service, config=config, endpoint_url=endpoint)


_PATIENT = Config(read_timeout=18, retries={"mode": "standard", "total_max_attempts": 1})
"""A model takes its time, and is asked once: whoever waits for the answer has not longer than this."""


_SHORT = Config(retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=1, read_timeout=1)
"""Whoever listens and cannot be sent to at once is looked at again later."""


@cache
def _bucket_config(*, local: bool) -> Config:
    return Config(signature_version="s3v4", s3={"addressing_style": "path" if local else "virtual"})


_UNCHECKED = Config(parameter_validation=False)
"""The local DynamoDB refuses by itself what has no shape; to look at every value before is a fifth of its work."""


def dynamodb() -> "DynamoDBClient":
    """Amazon DynamoDB."""
    client: DynamoDBClient = _client("dynamodb", settings().credentials, _UNCHECKED)
    return client


def sqs() -> "SQSClient":
    """Amazon SQS."""
    client: SQSClient = _client("sqs", settings().credentials)
    return client


def s3() -> "S3Client":
    """Amazon S3."""
    client: S3Client = _client("s3", settings().credentials, _bucket_config(local=settings().is_local))
    return client


def ssm() -> "SSMClient":
    """AWS Systems Manager, for parameters."""
    client: SSMClient = _client("ssm", settings().credentials)
    return client


def cognito_idp() -> "CognitoIdentityProviderClient":
    """Amazon Cognito, for people and their passwords."""
    client: CognitoIdentityProviderClient = _client("cognito-idp", settings().credentials)
    return client


def transcribe() -> "TranscribeServiceClient":
    """Amazon Transcribe, for recordings of people."""
    client: TranscribeServiceClient = _client("transcribe", settings().credentials)
    return client


def comprehend() -> "ComprehendClient":
    """Amazon Comprehend, for the mood of what was said."""
    client: ComprehendClient = _client("comprehend", settings().credentials)
    return client


def bedrock_runtime() -> "BedrockRuntimeClient":
    """Amazon Bedrock, for questions to a language model."""
    client: BedrockRuntimeClient = _client("bedrock-runtime", settings().credentials, _PATIENT)
    return client


def sockets() -> Any:
    """The management side of our WebSocket API, which has an address of its own."""
    return _client("apigatewaymanagementapi", settings().credentials, _SHORT, settings().sockets_endpoint)
