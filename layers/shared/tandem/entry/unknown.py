"""Any path or method that no function serves, answered in the shape of the family it would belong to."""

from collections.abc import Mapping
from typing import Any

from tandem import clock
from tandem.entry.answer import Answer
from tandem.entry.dialects import Dialect, Failure, africas_talking, platform, telephony, voice_agents
from tandem.entry.endpoint import gateway_answer
from tandem.entry.request import Request
from tandem.entry.route import as_json
from tandem.errors import NotFound

FAMILIES: tuple[tuple[str, Dialect], ...] = (
    ("/api/telephony", telephony),
    ("/voice", africas_talking),
    ("/api/voice", africas_talking),
    ("/api/v1/api-keys", voice_agents),
    ("/api/v1/organizations", voice_agents),
    ("/api/v1/users", voice_agents),
)


def unknown(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """404 for what is not served."""
    request = Request(event)
    dialect = next((dialect for prefix, dialect in FAMILIES if _within(request.path, prefix)), platform)
    problem = NotFound(f"There is no {request.method} {request.path[:200]}.")
    body = dialect.failure(Failure(problem, request.request_id, clock.iso(clock.now())))
    return gateway_answer(Answer(as_json(body), "application/json", problem.status), request.request_id, None)


def _within(path: str, prefix: str) -> bool:
    """Whether the path is the prefix or below it, by whole segments."""
    return f"{path}/".startswith(f"{prefix}/")
