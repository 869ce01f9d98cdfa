"""boto3 clients, made once for each set of credentials: functions share a process in tests."""

import os
from functools import cache
from typing import Any

import boto3


def client(service: str, **options: str) -> Any:
    """The client of whoever's credentials are in the environment."""
    return _made(service, os.environ["AWS_ACCESS_KEY_ID"], tuple(options.items()))


@cache
def _made(service: str, key: str, options: tuple[tuple[str, str], ...]) -> Any:
    made: Any = boto3.client
    return made(service, **dict(options))
