"""The stack as a WSGI application that knows its callers: each operation gets the credential that it asks for."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from infra.local.gateway import Request, Response
from infra.local.stack import Stack
from infra.local.workspaces import an_owner, make_workspace
from infra.operations import Operation, operations
from tests.integration.doors import make_key
from tests.integration.people import visit

Environment = dict[str, Any]
Start = Callable[[str, list[tuple[str, str]]], object]
REASONS = {200: "OK"}


@dataclass
class Application:
    """Serves a stack. A credential that no longer holds, since revoking it was tried as well, is followed by another
    workspace's."""

    stack: Stack
    answers: dict[str, set[int]] = field(default_factory=dict)
    """The statuses seen, by operation id."""
    faults: list[str] = field(default_factory=list)
    """The answers that tell of a fault which is not a carrier's."""
    _names: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self._operations = [
            (method, re.compile(re.sub(r"\{\w+\}", "[^/]+", operation.path)), operation)
            for operation in sorted(operations(), key=lambda one: one.path.count("{"))
            for method in operation.endpoint.methods
        ]
        self._renew()

    def __call__(self, environment: Environment, start: Start) -> Iterable[bytes]:
        """Answer as WSGI wants it."""
        request = _request(environment)
        operation = self._operation(request)
        answer = self._as_caller(request, operation)
        if operation is not None:
            self.answers.setdefault(operation.operation_id, set()).add(answer.status)
        if answer.status >= 500 and "CARRIER_ERROR" not in answer.text:
            self.faults.append(f"{request.method} {request.path}: {answer.status} {answer.text} for {request.body!r}")
        start(f"{answer.status} {REASONS.get(answer.status, 'Other')}", list(answer.headers))
        return [answer.body]

    def _as_caller(self, request: Request, operation: Operation | None) -> Response:
        scheme = operation.endpoint.guard.scheme if operation else "none"
        if scheme not in ("key", "session"):
            return self.stack.handle(request)
        answer = self.stack.handle(self._with_credential(request, scheme))
        if answer.status == 401:
            self._renew()
            answer = self.stack.handle(self._with_credential(request, scheme))
        return answer

    def _with_credential(self, request: Request, scheme: str) -> Request:
        kept = tuple(
            (name, value) for name, value in request.headers if name.lower() not in ("authorization", "cookie")
        )
        credential = self._key if scheme == "key" else self._token
        headers = (*kept, ("authorization", f"Bearer {credential}"))
        return Request(request.method, request.path, request.query, headers, request.body)

    def _operation(self, request: Request) -> Operation | None:
        return next(
            (
                operation
                for method, pattern, operation in self._operations
                if method == request.method and pattern.fullmatch(request.path)
            ),
            None,
        )

    def _renew(self) -> None:
        name = f"fuzzed-{next(self._names)}"
        workspace = make_workspace(self.stack, name, owner=an_owner(name))
        assert workspace.owner is not None
        self._key = make_key(self.stack, workspace.tenant_id, rate_limit=10**9)
        self._token = visit(self.stack, workspace.owner.email, str(workspace.owner.password)).session["accessToken"]


def _request(environment: Environment) -> Request:
    path = environment.get("RAW_URI") or environment["REQUEST_URI"]
    path, _, query = path.partition("?")
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").lower(), value)
        for name, value in environment.items()
        if name.startswith("HTTP_") or (name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value)
    ]
    length = int(environment.get("CONTENT_LENGTH") or 0)
    body = environment["wsgi.input"].read(length) if length else b""
    return Request(environment["REQUEST_METHOD"], path, query, tuple(headers), body)
