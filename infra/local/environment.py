"""What a function finds in its environment: the template's variables, its own credentials, this machine's addresses."""

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from infra.local.model import Deployment, Function

_sessions: dict[str, Any] = {}
EXECUTE_API = re.compile(r"(https|wss)://([a-z0-9]{10})\.execute-api\.[a-z0-9-]+\.amazonaws\.com(/[A-Za-z0-9_$-]+)?")
# What a process needs of its surroundings; everything else a function sees comes from the template.
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "VIRTUAL_ENV", "SYSTEMROOT")


@dataclass(frozen=True)
class Addresses:
    """Where this stack's own parts listen."""

    http: str
    websocket: str
    aws: str
    clock_file: Path
    faults_file: Path
    management: str


def variables(function: Function, deployment: Deployment, at: Addresses) -> dict[str, str]:
    """The function's whole environment."""
    own = {name: localised(value, deployment, at) for name, value in function.environment.items()}
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        **own,
        "AWS_REGION": deployment.region,
        "AWS_DEFAULT_REGION": deployment.region,
        "AWS_ACCESS_KEY_ID": function.credentials.key,
        "AWS_SECRET_ACCESS_KEY": function.credentials.secret,
        "AWS_ENDPOINT_URL": at.aws,
        **_management(deployment, at),
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": "local",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        # There is no credentials file or instance role to look for.
        "AWS_EC2_METADATA_DISABLED": "true",
        "LAMBDA_TASK_ROOT": str(function.paths[0]),
        "_HANDLER": function.handler,
        "TZ": ":UTC",
        "TANDEM_CLOCK_FILE": str(at.clock_file),
        "TANDEM_FAULTS_FILE": str(at.faults_file),
    }


def localised(value: str, deployment: Deployment, at: Addresses) -> str:
    """Addresses of this stack's APIs, wherever they stand in a value, become local ones."""

    def local(match: re.Match[str]) -> str:
        scheme, api, stage = match.groups()
        if api in deployment.http_apis:
            return at.http + ("" if stage in (None, "/$default") else stage)
        if api in deployment.websocket_apis:
            return at.websocket if scheme == "wss" else f"{at.management}/{api}{stage or '/$default'}"
        return match.group(0)

    return EXECUTE_API.sub(local, value)


def _management(deployment: Deployment, at: Addresses) -> dict[str, str]:
    """Where connections of the template's WebSocket API are managed, for clients without an endpoint of their own."""
    for api in deployment.websocket_apis.values():
        return {"AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI": f"{at.management}/{api.id}/{api.stages[0]}"}
    return {}


@contextmanager
def switched(values: Mapping[str, str]) -> Iterator[None]:
    """Inside, the process environment is exactly `values`, as Python sees it."""
    before, session = os.environ, boto3.DEFAULT_SESSION
    key = values.get("AWS_ACCESS_KEY_ID", "")
    # Fifty variables put one by one into the process, and back, would take longer than many a function.
    os.environ = dict(values)  # type: ignore[assignment]  # noqa: B003
    # boto3's default session remembers the credentials it was made with: every function has its own.
    boto3.DEFAULT_SESSION = _sessions.get(key)
    try:
        yield
    finally:
        _sessions[key] = boto3.DEFAULT_SESSION
        boto3.DEFAULT_SESSION = session
        os.environ = before  # noqa: B003


def refresh() -> None:
    """Make the product read its environment again; its settings are cached per process, here shared by functions."""
    config = sys.modules.get("tandem.config")
    settings = getattr(config, "settings", None)
    if settings is not None:
        settings.cache_clear()
