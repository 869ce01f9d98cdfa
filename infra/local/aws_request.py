"""One request to AWS as the middleware sees it: who asks which service for what."""

import io
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from infra.local.s3_operations import s3_operation
from infra.local.wsgi_server import Environ

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")
TARGETS = {
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "Logs_20140328": "logs",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSEvents": "events",
    "Transcribe": "transcribe",
    "Comprehend_20171127": "comprehend",
    "GraniteServiceVersion20100801": "cloudwatch",
}
SIGNING_NAMES = {"monitoring": "cloudwatch"}


@dataclass
class AwsRequest:
    """Service, operation and caller's key, read from a WSGI environment."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    service: str
    operation: str
    access_key: str | None
    is_presigned: bool
    environ: Environ = field(repr=False)

    @cached_property
    def json(self) -> dict[str, Any]:
        """The parameters of a JSON service; empty for the others."""
        try:
            found = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @cached_property
    def form(self) -> dict[str, str]:
        """The parameters of a query-protocol service."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def header(self, name: str) -> str:
        """A request header, or the empty string."""
        return str(self.environ.get("HTTP_" + name.upper().replace("-", "_"), ""))


def read(environ: Environ) -> AwsRequest:
    """Understand a request; it can be read again afterwards."""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    presigned = "X-Amz-Credential" in query
    credential = f"Credential={query['X-Amz-Credential']}" if presigned else environ.get("HTTP_AUTHORIZATION", "")
    match = CREDENTIAL.search(credential)
    target, _, operation = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    service = TARGETS.get(target) or (match.group(3) if match else "s3")
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    request = AwsRequest(
        method=method,
        path=path,
        query=query,
        body=body,
        service=SIGNING_NAMES.get(service, service),
        operation=operation,
        access_key=match.group(1) if match else None,
        is_presigned=presigned,
        environ=environ,
    )
    if not operation:
        request.operation = _operation(request)
    return request


def _operation(request: AwsRequest) -> str:
    if request.path.startswith("/moto-api") or "/.well-known/" in request.path:
        request.service = "moto" if request.path.startswith("/moto-api") else "cognito-idp"
        return "GetPublicKeys"
    if request.service == "s3":
        return s3_operation(request.method, request.path, request.query, request.header("x-amz-copy-source"))
    if request.path.startswith("/@connections/") or "/@connections/" in request.path:
        return {"POST": "PostToConnection", "GET": "GetConnection"}.get(request.method, "DeleteConnection")
    return request.form.get("Action") or f"{request.method} {request.path}"
