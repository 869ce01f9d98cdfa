"""The ways of people: in, around, and out again."""

import re
from typing import TYPE_CHECKING, Any

from infra.local.cognito import INVITATIONS
from infra.operations import operations
from tests.architecture import api_keys

if TYPE_CHECKING:
    from tests.architecture.journeys import Journeys

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
NEW_PASSWORD = "A new Password 2"


def go(journeys: "Journeys") -> dict[str, str]:
    """Every way once; what stands in events, by the placeholder for it."""
    owner = journeys.demo.owner
    assert owner is not None
    assert owner.password is not None
    ask = journeys.stack.request
    credentials = {"email": owner.email, "password": owner.password}
    first = ask("POST", "/api/auth/login", json=credentials).json()["data"]
    assert ask("POST", "/api/auth/login", json=credentials | {"password": "wrong"}).status == 401
    headers = {"authorization": f"Bearer {first['accessToken']}"}
    _manage(journeys, headers)
    api_keys.go(journeys, headers)
    _come(journeys)
    _look_everywhere(journeys, headers)
    for path in ("/api-docs/", "/api-docs/spec.json", "/postman/collection.json"):
        assert ask("GET", path, headers=headers).status == 200
    second = ask("POST", "/api/auth/login", json=credentials).json()["data"]
    _renew(journeys, second["refreshToken"])
    assert ask("POST", "/api/auth/logout", headers=headers).status == 200
    return {
        "<access_token>": first["accessToken"],
        "<refresh_token>": second["refreshToken"],
        "<email>": owner.email,
        "<password>": owner.password,
    }


def _manage(journeys: "Journeys", headers: dict[str, str]) -> None:
    tenant_id = journeys.demo.tenant_id
    steps: list[tuple[str, str, dict[str, Any] | None]] = [
        ("GET", "/api/auth/me", None),
        ("GET", "/api/v1/organizations", None),
        ("POST", "/api/v1/organizations", {"name": "Second"}),
        ("PATCH", f"/api/v1/organizations/{tenant_id}", {"name": "demo"}),
        ("POST", "/api/v1/users/invite", {"email": "grace@example.com"}),
        ("POST", "/api/v1/users/invite", {"email": "grace@example.com"}),
        ("GET", "/api/v1/users", None),
    ]
    for method, path, body in steps:
        answer = journeys.stack.request(method, path, headers=headers, **({"json": body} if body else {}))
        assert answer.status in (200, 201), answer.text


def _come(journeys: "Journeys") -> None:
    """An invited person logs in for the first time."""
    email = "grace@example.com"
    asked = journeys.stack.request(
        "POST", "/api/auth/login", json={"email": email, "password": INVITATIONS[email]}
    ).json()
    body = {"email": email, "newPassword": NEW_PASSWORD, "session": asked["error"]["details"]["session"]}
    assert journeys.stack.request("POST", "/api/auth/login", json=body).status == 200


def _look_everywhere(journeys: "Journeys", headers: dict[str, str]) -> None:
    """Every door opens to a session; what lies behind does not matter here."""
    for operation in operations():
        endpoint = operation.endpoint
        if endpoint.guard.scheme in ("key", "session") and operation.name != "logout":
            path = re.sub(r"\{\w+\}", NOBODY, endpoint.path)
            answer = journeys.stack.request(endpoint.method, path, headers=headers)
            assert answer.status not in (401, 403), (path, answer.text)


def _renew(journeys: "Journeys", token: str) -> None:
    """A refresh token is used; then, much later, again by who has stolen it."""
    for seconds, status in ((0, 200), (60, 401)):
        journeys.stack.clock.move_to(journeys.stack.clock.now() + seconds)
        answer = journeys.stack.request("POST", "/api/auth/refresh", json={"refreshToken": token})
        assert answer.status == status, answer.text
