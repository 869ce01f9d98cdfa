"""GET /voice/."""

import pytest

from infra.local.stack import Stack


@pytest.mark.parametrize("path", ["/voice/", "/voice", "/api/voice/", "/api/voice"])
def test_the_service_is_ready_under_every_published_path(path: str, stack: Stack) -> None:
    response = stack.request("GET", path)
    assert (response.status, response.json()) == (200, {"service": "voice", "status": "ready"})
