"""$default: what nobody serves."""

import pytest

from infra.local.stack import Stack


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/telephony/nothing"), ("DELETE", "/api/telephony/calls/initiate"), ("GET", "/nowhere"),
        ("PUT", "/api/telephony/configure"), ("OPTIONS", "/api/telephony/configure"), ("GET", "/api/v1/health/x"),
        ("POST", "/"), ("GET", "//"), ("GET", "/%00"), ("GET", "/" + "x" * 5000), ("PATCH", "/api/v1/health"),
        ("GET", "/voicemail"), ("GET", "/api/voices/x"), ("GET", "/api/telephony"),
    ],
)  # fmt: skip
def test_what_is_not_served_is_404_in_the_shape_of_coded_errors(method: str, path: str, stack: Stack) -> None:
    response = stack.request(method, path, headers={"x-api-key": "junk"})
    assert response.status == 404
    body = response.json()
    assert (body["success"], body["code"], body["error"]["code"]) == (False, "RESOURCE_NOT_FOUND", "RESOURCE_NOT_FOUND")
    assert body["error"]["requestId"] == response.header("x-request-id")
    assert len(response.body) < 1000


@pytest.mark.parametrize("path", ["/voice/nothing", "/api/voice/nothing", "/voice/instruct"])
def test_under_voice_the_error_is_bare(path: str, stack: Stack) -> None:
    response = stack.request("DELETE", path)
    assert response.status == 404
    assert list(response.json()) == ["error"]
