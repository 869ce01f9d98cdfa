"""People as tests are them: owners of workspaces, those they invite, and a browser."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.cognito import INVITATIONS
from infra.local.gateway import Response
from infra.local.stack import Stack
from infra.local.workspaces import an_owner, make_workspace
from tandem.admin import Workspace

PASSWORD = "A password of 1 person"


@dataclass(frozen=True)
class Visitor:
    """A person with a session."""

    stack: Stack
    email: str
    password: str
    session: dict[str, Any]

    def __call__(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **content: Any) -> Response:
        """A request with the person's access token."""
        sent = {"authorization": f"Bearer {self.session['accessToken']}", **(headers or {})}
        return self.stack.request(method, path, headers=sent, **content)

    def browse(self, method: str, path: str, *, proof: str | None = None, **content: Any) -> Response:
        """A request as a browser sends it: with the cookie, and with the CSRF token if the page read one."""
        headers = {"cookie": f"other=1; tandem_session={self.session['accessToken']}"}
        if proof is not None:
            headers["x-csrf-token"] = proof
        return self.stack.request(method, path, headers={**headers, **content.pop("headers", {})}, **content)

    def invite(self, email: str, **fields: Any) -> Response:
        """Invite somebody."""
        return self("POST", "/api/v1/users/invite", json={"email": email, **fields})

    @property
    def user_id(self) -> str:
        """The person's id."""
        return str(self.session["user"]["id"])


def log_in(stack: Stack, email: str, password: str, **content: Any) -> Response:
    """Try a password."""
    return stack.request("POST", "/api/auth/login", json={"email": email, "password": password}, **content)


def visit(stack: Stack, email: str, password: str) -> Visitor:
    """Somebody who can log in, logged in."""
    answer = log_in(stack, email, password)
    assert answer.status == 200, answer.text
    return Visitor(stack, email, password, answer.json()["data"])


def owner_of(stack: Stack, name: str) -> tuple[Workspace, Visitor]:
    """A new workspace, and its owner with a session."""
    workspace = make_workspace(stack, name, owner=an_owner(name))
    assert workspace.owner is not None
    return workspace, visit(stack, workspace.owner.email, str(workspace.owner.password))


def come(stack: Stack, email: str) -> Visitor:
    """Somebody invited, who chooses a password and is there."""
    asked = log_in(stack, email, INVITATIONS[email])
    assert asked.status == 403, asked.text
    body = {"email": email, "newPassword": PASSWORD, "session": asked.json()["error"]["details"]["session"]}
    answer = stack.request("POST", "/api/auth/login", json=body)
    assert answer.status == 200, answer.text
    return Visitor(stack, email, PASSWORD, answer.json()["data"])


def change_role(stack: Stack, user_id: str, tenant_id: str, role: str | None) -> None:
    """Make somebody something else in an organization, or nobody there, as an operator would."""
    from infra.local.workspaces import operating
    from tandem.aws import table

    with operating(stack):
        for pk, sk in ((f"USER#{user_id}", f"MEMBER#{tenant_id}"), (f"TENANT#{tenant_id}", f"MEMBER#{user_id}")):
            if role is None:
                table.delete(pk, sk)
            else:
                table.update(table.Update(pk, sk, set={"role": role}))
