"""A request to DynamoDB goes straight to moto's handler: the web framework before it takes longer than most answers."""

from typing import Any

from moto.core.parse import JSONParser
from moto.core.utils import get_service_model
from moto.dynamodb.responses import DynamoHandler

from infra.local.answers import Answer
from infra.local.aws_request import CREDENTIAL, AwsRequest
from infra.local.model import ACCOUNT

TARGET = "DynamoDB_20120810."


def is_direct(request: AwsRequest) -> bool:
    """Whether this is a request to DynamoDB itself, as boto3 makes them; its streams are another service."""
    return request.header("x-amz-target").startswith(TARGET) and request.method == "POST" and not request.is_presigned


def serve(request: AwsRequest, region: str) -> Answer:
    """moto's answer. What moto raises as a failure of its own passes through, as it does from its server."""
    status, headers, body = _Handler(request, region).call_action()
    content = body.encode() if isinstance(body, str) else body
    return Answer(int(status), content, [(name, str(value)) for name, value in headers.items()])


class _Handler(DynamoHandler):
    """moto's handler with what it reads of a request; `setup_class` would find the same."""

    def __init__(self, request: AwsRequest, region: str) -> None:
        super().__init__()
        self.headers: Any = {
            "X-Amz-Target": TARGET + request.operation,
            "Content-Type": request.environ["CONTENT_TYPE"],
        }
        self.querystring: Any = {}
        self.uri_match = {}
        self.response_headers = {"server": "amazon.com"}
        signed = CREDENTIAL.search(request.header("authorization"))
        self.region = signed.group(2) if signed else region
        self.current_account = ACCOUNT
        asked: Any = {"body": request.body}
        operation = get_service_model("dynamodb").operation_model(request.operation)
        self.params: Any = JSONParser(operation).parse(asked)
