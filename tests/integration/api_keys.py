"""API keys as tests make, change and use them."""

from typing import Any

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.doors import leap
from tests.integration.people import Visitor

KEYS = "/api/tenant/api-keys"
AGENTS_KEYS = "/api/v1/api-keys"
UNKNOWN = "01890a5d-ac96-774b-bcce-b302099a8057"


def make(owner: Visitor, **fields: Any) -> dict[str, Any]:
    """A new key; what the answer's data says."""
    body = {"name": "ci", "permissions": ["read:calls"], **fields}
    answer = owner("POST", KEYS, json=body)
    assert answer.status == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def make_agents(owner: Visitor, **fields: Any) -> dict[str, Any]:
    """A new `va_` key; what the answer's data says."""
    answer = owner("POST", AGENTS_KEYS, json={"name": "bot", **fields})
    assert answer.status == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def change(owner: Visitor, key_id: str, **fields: Any) -> dict[str, Any]:
    """Change a key; what the answer's data says."""
    answer = owner("PATCH", f"{KEYS}/{key_id}", json=fields)
    assert answer.status == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def show(owner: Visitor, key_id: str) -> dict[str, Any]:
    """A key as it is shown now."""
    answer = owner("GET", f"{KEYS}/{key_id}")
    assert answer.status == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def use(stack: Stack, key: str, path: str = "/api/telephony/calls/history", **content: Any) -> Response:
    """A request with a key."""
    return stack.request("GET", path, headers={"x-api-key": key, **content.pop("headers", {})}, **content)


def begin_a_minute(stack: Stack) -> None:
    """Move the clock to where no window of a minute ends soon."""
    leap(stack, 60 - stack.clock.now() % 60)


def statuses(stack: Stack, key: str, times: int, path: str = "/api/telephony/calls/history") -> list[int]:
    """How so many requests with a key are answered."""
    return [use(stack, key, path).status for _ in range(times)]
