"""What every answer has, whoever asks: an id that is in the logs, nothing kept by caches, no other site's pages."""

import json
import re
from collections.abc import Iterator

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.operations import ROOT, Operation, operations
from tandem.observability import logger
from tests.integration.doors import UNKNOWN_CALL, make_key
from tests.integration.people import owner_of

OPERATIONS = list(operations())
ORIGINS = ["https://app.example.com", "https://admin.example.com"]
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)


@pytest.fixture
def credentials(stack: Stack) -> dict[str, dict[str, str]]:
    workspace, ada = owner_of(stack, "acme")
    key = make_key(stack, workspace.tenant_id)
    session = {"authorization": f"Bearer {ada.session['accessToken']}"}
    return {"key": {"x-api-key": key}, "session": session, "carrier": {}, "none": {}}


def ask(stack: Stack, operation: Operation, headers: dict[str, str]) -> Response:
    path = re.sub(r"\{\w+\}", UNKNOWN_CALL, operation.endpoint.path)
    return stack.request(operation.endpoint.method, path, headers=headers)


@every_operation
def test_the_id_of_an_answer_is_in_the_logs_and_no_cache_keeps_it_but_where_it_may(
    operation: Operation, stack: Stack, credentials: dict[str, dict[str, str]], caplog: pytest.LogCaptureFixture
) -> None:
    for headers in ({}, credentials[operation.endpoint.guard.scheme]):
        caplog.clear()
        answer = ask(stack, operation, headers)
        written = logger().registered_formatter
        logged = [json.loads(written.format(record)) for record in caplog.records if record.name == "tandem"]
        assert {"answered"} == {line["message"] for line in logged if "status" in line}
        assert {line["request_id"] for line in logged} == {answer.header("x-request-id")}
        kept = operation.endpoint.kept if answer.status == 200 else 0
        assert answer.header("cache-control") == (f"public, max-age={kept}" if kept else "no-store")
        assert not kept or answer.header("cdn-cache-control") == "no-store"


@pytest.mark.parametrize("path", ["/nowhere", "/api-docs/", "/api-docs/nothing"])
def test_the_id_of_what_is_no_operations_answer_is_there_as_well(
    path: str, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    answer = stack.request("GET", path)
    line = json.loads(logger().registered_formatter.format(caplog.records[-1]))
    assert (line["message"], line["request_id"]) == ("answered", answer.header("x-request-id"))
    assert answer.header("cache-control") == "no-store"


def preflight(stack: Stack, origin: str) -> Response:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    return stack.request("OPTIONS", "/api/telephony/calls/initiate", headers=headers)


def test_no_other_sites_pages_may_call_unless_they_are_named(stack: Stack) -> None:
    answer = preflight(stack, ORIGINS[0])
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control-")]
    answer = stack.request("GET", "/api/v1/health", headers={"origin": ORIGINS[0]})
    assert answer.header("access-control-allow-origin") is None


@pytest.fixture(scope="module")
def open_stack() -> Iterator[Stack]:
    """One that names two origins."""
    parameters = {"Stage": "local", "PublicUrl": "http://localhost:3001", "CorsOrigins": ",".join(ORIGINS)}
    stack = Stack.start(ROOT / "template.yaml", parameters, root=ROOT, name="tandem-open")
    yield stack
    stack.stop()


@pytest.mark.parametrize("origin", ORIGINS)
def test_those_that_are_named_may_with_a_key_but_not_with_the_cookie(origin: str, open_stack: Stack) -> None:
    answer = preflight(open_stack, origin)
    assert answer.status == 204
    assert answer.header("access-control-allow-origin") == origin
    assert "POST" in str(answer.header("access-control-allow-methods")).split(",")
    allowed = str(answer.header("access-control-allow-headers")).split(",")
    assert {"authorization", "x-api-key", "content-type", "idempotency-key"} <= set(allowed)
    assert "x-csrf-token" not in allowed
    assert answer.header("access-control-allow-credentials") is None
    asked = open_stack.request("GET", "/api/v1/health", headers={"origin": origin})
    assert asked.header("access-control-allow-origin") == origin
    assert "x-request-id" in str(asked.header("access-control-expose-headers"))


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.com.evil.example", "null"])
def test_all_others_may_not(origin: str, open_stack: Stack) -> None:
    assert preflight(open_stack, origin).header("access-control-allow-origin") is None
