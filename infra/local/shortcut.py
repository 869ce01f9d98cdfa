"""boto3 in this process talks to the cloud without a socket: the same requests, the same guards, half the time."""

import functools
import traceback
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import urlsplit

import botocore.handlers
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.loaders import create_loader
from botocore.model import OperationModel, Shape
from botocore.parsers import create_parser
from moto.core.botocore_stubber import MockRawResponse

from infra.local.answers import Answer
from infra.local.aws_request import AwsRequest, read
from infra.local.cloud import Cloud
from infra.local.wsgi_server import ConnectionDropped, environ

TARGET = "DynamoDB_20120810."
_clouds: dict[str, Cloud] = {}


def install(cloud: Cloud) -> None:
    """From now on requests of this process to the cloud's address are answered by a call."""
    entry = ("before-send", _send)
    if entry not in botocore.handlers.BUILTIN_HANDLERS:
        last = botocore.handlers.REGISTER_LAST  # whoever listens to requests is told first
        botocore.handlers.BUILTIN_HANDLERS += [entry, ("before-call.dynamodb", _call, last)]
        # Every function has clients of its own here; what they read of the services' models is the same for all.
        botocore.session.create_loader = functools.cache(create_loader)
    _clouds[cloud.url] = cloud


def remove(cloud: Cloud) -> None:
    """The address is nobody's any more."""
    _clouds.pop(cloud.url, None)


def _call(
    model: OperationModel, params: Mapping[str, Any], request_signer: Any, **_: Any
) -> tuple[AWSResponse, dict[str, Any]] | None:
    """What botocore asks before it signs, sends and perhaps repeats a request: of all that is said about
    items the caller's key alone is needed. None, as for an answer that botocore might ask for again, lets it."""
    cloud = _clouds.get(params["url"].rstrip("/"))
    if cloud is None or not cloud.items.serves(model.name) or not cloud.answers_at_once():
        return None
    key = request_signer._credentials.access_key  # noqa: SLF001 - no event brings it
    answer = _answered(cloud, _signed(model.name, params["body"], key, request_signer.region_name))
    response = _response(params["url"], answer)
    told = {"headers": response.headers, "status_code": answer.status, "body": answer.body}
    parser = _parser(model.service_model.resolved_protocol)
    parsed: dict[str, Any] = parser.parse(told, cast(Shape, model.output_shape))
    refused = model.service_model.shape_for_error_code(parsed.get("Error", {}).get("Code", ""))
    if refused is not None:
        parsed |= parser.parse(told, refused)
    parsed.setdefault("ResponseMetadata", {})["RetryAttempts"] = 0
    return response, parsed


_parser = functools.cache(create_parser)


def _signed(operation: str, body: bytes, key: str, region: str) -> AwsRequest:
    credential = f"AWS4-HMAC-SHA256 Credential={key}/20000101/{region}/dynamodb/aws4_request"
    sent = {
        "CONTENT_TYPE": "application/x-amz-json-1.0",
        "HTTP_AUTHORIZATION": credential,
        "HTTP_X_AMZ_TARGET": TARGET + operation,
    }
    return AwsRequest("POST", "/", {}, body, "dynamodb", operation, key, is_presigned=False, environ=sent)


def _answered(cloud: Cloud, request: AwsRequest) -> Answer:
    try:
        return cloud.answer(request)
    except ConnectionDropped:
        raise
    except Exception:
        return Answer(500, traceback.format_exc().encode(), [])


def _response(url: str, answer: Answer) -> AWSResponse:
    fields = HTTPHeaders()
    for name, value in answer.headers:
        fields[name] = value
    return AWSResponse(url, answer.status, fields, MockRawResponse(answer.body))


def _send(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    """What botocore asks before it opens a connection; None lets it."""
    parts = urlsplit(str(request.url))
    cloud = _clouds.get(f"{parts.scheme}://{parts.netloc}")
    if cloud is None:
        return None
    raw = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = [(name, _text(value)) for name, value in request.headers.items()]
    if not any(name.lower() == "host" for name, _ in headers):
        headers.append(("Host", parts.netloc))
    try:
        answer = _answered(cloud, read(environ(str(request.method), raw or "/", headers, _bytes(request.body))))
    except ConnectionDropped as dropped:
        raise ConnectionClosedError(endpoint_url=request.url) from dropped
    return _response(str(request.url), answer)


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if hasattr(body, "read"):
        return bytes(body.read())
    return bytes(body)
