"""What an endpoint logs of an answer."""

import json
from typing import Any

import pytest

from infra.local.stack import Stack
from tandem.observability import logger
from tests.integration.conftest import Client
from tests.integration.doors import HISTORY


def test_the_code_of_an_error_is_logged_with_that_answer_alone(
    demo: Client, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    formatter = logger().registered_formatter

    def logged() -> dict[str, Any]:
        line: dict[str, Any] = json.loads(formatter.format(caplog.records[-1]))
        assert line["message"] == "answered"
        return {name: line[name] for name in ("status", "code") if name in line}

    stack.request(HISTORY.method, HISTORY.path)
    assert logged() == {"status": 401, "code": "AUTH_REQUIRED"}
    demo(HISTORY.method, HISTORY.path)
    assert logged() == {"status": 200}
