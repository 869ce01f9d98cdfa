"""Any path or method that no function serves, answered in the shape of the family it would belong to."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tandem import clock
from tandem.entry import dialects
from tandem.entry.answer import Answer
from tandem.entry.dialects import Dialect, Failure
from tandem.entry.endpoint import gateway_answer
from tandem.entry.request import Request
from tandem.entry.route import as_json
from tandem.errors import MethodNotAllowed, NotFound, Problem
from tandem.observability import flush, logger
from tandem.records import record

_ROUTES = Path(__file__).with_name("routes.json")

_PLAIN = frozenset({"africas_talking", "bare", "voice_analytics"})
"""Dialects whose errors look the same: `{"error": text}`."""


@record
class Served:
    """A path that is served, by which methods, and in whose dialect."""

    segments: tuple[str, ...]
    methods: tuple[str, ...]
    dialect: Dialect

    def matches(self, segments: tuple[str, ...]) -> bool:
        """Whether the path is one of these."""
        return len(segments) == len(self.segments) and all(
            mine == theirs or (mine.startswith("{") and theirs)
            for mine, theirs in zip(self.segments, segments, strict=True)
        )

    def shared(self, segments: tuple[str, ...]) -> int:
        """How many segments the path has in common with these, from the left."""
        pairs = zip(self.segments, segments, strict=False)
        return next((at for at, (mine, theirs) in enumerate(pairs) if mine != theirs or not mine), len(self.segments))


def unknown(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """404 for what is not served; 405 with `Allow` for a path that other methods serve."""
    request = Request(event)
    logger().append_keys(request_id=request.request_id, operation="unknown")
    segments = tuple(request.path.removeprefix("/").split("/"))
    served = _most_specific(segments)
    problem: Problem = NotFound(f"There is no {request.method} {request.path[:200]}.")
    headers = {}
    if served is not None and request.method not in served.methods:
        allowed = ", ".join(served.methods)
        problem = MethodNotAllowed(f"There is no {request.method} here, but {allowed}.", allowed=served.methods)
        headers["Allow"] = allowed
    dialect = served.dialect if served is not None else _dialect_near(segments)
    body = dialect.failure(Failure(problem, request.request_id, clock.iso(clock.now())))
    answer = Answer(as_json(body), "application/json", problem.status, headers, problem.code)
    logger().info("answered", status=answer.status, code=answer.code)
    flush()
    return gateway_answer(answer, request.request_id, None)


def _most_specific(segments: tuple[str, ...]) -> Served | None:
    """The path that serves this one; one with words there wins over one with parameters."""
    found = [served for served in _served() if served.matches(segments)]
    return min(found, key=lambda served: [part.startswith("{") for part in served.segments], default=None)


def _dialect_near(segments: tuple[str, ...]) -> Dialect:
    """That of the paths that begin most like this one; the platform's, where those do not agree or there are none."""
    begun = [(served.shared(segments), served.dialect.name) for served in _served()]
    most = max(count for count, _ in begun)
    near = {name for count, name in begun if count == most}
    if most and near <= _PLAIN:
        return dialects.bare
    return _dialect(near.pop()) if most and len(near) == 1 else dialects.platform


@cache
def _served() -> tuple[Served, ...]:
    routes: dict[str, dict[str, Any]] = json.loads(_ROUTES.read_bytes())
    return tuple(
        Served(tuple(path.removeprefix("/").split("/")), tuple(route["methods"]), _dialect(route["dialect"]))
        for path, route in routes.items()
    )


def _dialect(name: str) -> Dialect:
    found: Dialect = getattr(dialects, name)
    return found
