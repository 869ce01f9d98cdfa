"""boto3 in this process talks to the cloud without a socket: the same requests, the same guards, half the time."""

import functools
import traceback
from typing import Any
from urllib.parse import urlsplit

import botocore.handlers
import botocore.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError
from botocore.loaders import create_loader
from moto.core.botocore_stubber import MockRawResponse

from infra.local.answers import Answer
from infra.local.aws_request import read
from infra.local.cloud import Cloud
from infra.local.wsgi_server import ConnectionDropped, environ

_clouds: dict[str, Cloud] = {}


def install(cloud: Cloud) -> None:
    """From now on requests of this process to the cloud's address are answered by a call."""
    entry = ("before-send", _send)
    if entry not in botocore.handlers.BUILTIN_HANDLERS:
        botocore.handlers.BUILTIN_HANDLERS.append(entry)
        # Every function has clients of its own here; what they read of the services' models is the same for all.
        botocore.session.create_loader = functools.cache(create_loader)
    _clouds[cloud.url] = cloud


def remove(cloud: Cloud) -> None:
    """The address is nobody's any more."""
    _clouds.pop(cloud.url, None)


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
        answer = cloud.answer(read(environ(str(request.method), raw or "/", headers, _bytes(request.body))))
    except ConnectionDropped as dropped:
        raise ConnectionClosedError(endpoint_url=request.url) from dropped
    except Exception:
        answer = Answer(500, traceback.format_exc().encode(), [])
    fields = HTTPHeaders()
    for name, value in answer.headers:
        fields[name] = value
    return AWSResponse(str(request.url), answer.status, fields, MockRawResponse(answer.body))


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
