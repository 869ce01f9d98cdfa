"""Answers the middleware gives in a service's own format instead of passing a request on."""

import json
import uuid
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from infra.local.aws_request import AwsRequest

XML = "application/xml"
JSON_NAMESPACES = {
    "dynamodb": "com.amazonaws.dynamodb.v20120810#",
    "sqs": "com.amazonaws.sqs#",
}
# Errors every service shares; the others are prefixed with the service's own namespace.
SHARED = ("AccessDeniedException", "ValidationException", "ThrottlingException", "UnrecognizedClientException")


@dataclass
class Answer:
    """A complete HTTP response."""

    status: int
    body: bytes
    headers: list[tuple[str, str]]

    @property
    def line(self) -> str:
        """The status line's text as WSGI wants it."""
        return f"{self.status} {REASONS.get(self.status, 'Answer')}"


REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 500: "Internal Server Error"}


def error(request: AwsRequest, code: str, message: str, status: int = 400, **extra: Any) -> Answer:
    """An error as this request's service words it."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if request.service == "s3":
        bucket = escape(request.path)
        text = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message>'
            f"<Resource>{bucket}</Resource><RequestId>{request_id}</RequestId></Error>"
        )
        body = b"" if request.method == "HEAD" else text.encode()
        return Answer(status, body, [*headers, ("Content-Type", XML), ("x-amz-request-id", request_id)])
    if "HTTP_X_AMZ_TARGET" in request.environ or request.service == "execute-api":
        namespace = "com.amazon.coral.service#" if code in SHARED else JSON_NAMESPACES.get(request.service, "")
        name = "Message" if code == "AccessDeniedException" else "message"
        payload = {"__type": namespace + code, name: message, **extra}
        headers += [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-errortype", code)]
        return Answer(status, json.dumps(payload).encode(), headers)
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return Answer(status, text.encode(), [*headers, ("Content-Type", "text/xml")])
