"""$default: what nobody serves."""

from typing import Any

import pytest

from infra.local.stack import Stack
from infra.operations import operations

CODED = ["/api/telephony/nothing", "/nowhere", "//", "/%00", "/" + "x" * 5000, "/voicemail",
         "/api/voices/x", "/api/telephony", "/api/v1/nothing", "/api/v1/customers/1/nothing"]  # fmt: skip


def code_of(body: dict[str, Any]) -> str | None:
    """The code of an error in whatever shape it is."""
    if isinstance(body["error"], dict):
        return str(body["error"]["code"])
    return str(body["details"]["code"]) if "details" in body else None


@pytest.mark.parametrize("path", CODED, ids=lambda path: path[:30])
def test_a_path_that_is_not_served_is_404_in_the_shape_of_coded_errors(path: str, stack: Stack) -> None:
    response = stack.request("GET", path, headers={"x-api-key": "junk"})
    assert response.status == 404
    body = response.json()
    assert (body["success"], body["code"], body["error"]["code"]) == (False, "RESOURCE_NOT_FOUND", "RESOURCE_NOT_FOUND")
    assert body["error"]["requestId"] == response.header("x-request-id")
    assert len(response.body) < 1000


@pytest.mark.parametrize("path", ["/voice/nothing", "/api/voice/nothing"])
def test_under_voice_the_error_is_bare(path: str, stack: Stack) -> None:
    response = stack.request("DELETE", path)
    assert response.status == 404
    assert list(response.json()) == ["error"]


def test_under_organizations_it_is_a_sentence(stack: Stack) -> None:
    body = stack.request("GET", "/api/v1/organizations/x/y").json()
    assert body["details"]["code"] == "RESOURCE_NOT_FOUND"
    assert body["meta"]["request_id"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/telephony/configure", "GET, POST"),
        ("OPTIONS", "/api/telephony/configure", "GET, POST"),
        ("DELETE", "/api/telephony/calls/initiate", "POST"),
        ("DELETE", "/api/telephony/calls/history", "GET"),
        ("POST", "/api/v1/customers/x", "DELETE, GET, PATCH, PUT"),
        ("POST", "/", "GET"),
        ("DELETE", "/voice/instruct", "POST"),
        ("PUT", "/api/voice", "GET"),
        ("POST", "/api-docs/spec.json", "GET"),
    ],
)
def test_a_served_path_says_by_which_methods(method: str, path: str, allowed: str, stack: Stack) -> None:
    response = stack.request(method, path)
    assert (response.status, response.header("allow")) == (405, allowed)
    assert response.header("x-request-id")


def test_each_path_refuses_a_method_that_it_lacks_in_its_own_shape(stack: Stack) -> None:
    for operation in operations():
        for path in (operation.endpoint.path, *operation.endpoint.also):
            response = stack.request("TRACE", path.replace("{", "").replace("}", ""))
            assert response.status == 405, path
            allowed = str(response.header("allow")).split(", ")
            assert set(operation.endpoint.methods) <= set(allowed)
            assert code_of(response.json()) in ("METHOD_NOT_ALLOWED", None)
            plain = operation.endpoint.dialect.name in ("africas_talking", "bare", "voice_analytics")
            assert (list(response.json()) == ["error"]) == plain
