"""Workspaces made by the operator on the local stack, for the demonstration and for tests."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.environment import refresh, switched
from infra.local.model import ADMIN_KEY, ADMIN_SECRET
from infra.local.stack import Stack
from tandem.admin import Owner, Workspace, create_workspace
from tandem.tenants.store import set_open_tenant

_CREDENTIALS = {"AWS_ACCESS_KEY_ID": ADMIN_KEY, "AWS_SECRET_ACCESS_KEY": ADMIN_SECRET}


@contextmanager
def operating(stack: Stack) -> Iterator[None]:
    """Run the product's own code here, as the operator of this stack, whom no role restricts."""
    a_function = next(iter(stack.functions.values()))
    with switched({**stack.variables(a_function), **_CREDENTIALS}):
        refresh()
        yield
    refresh()


def make_workspace(stack: Stack, name: str, plan: str = "enterprise", owner: Owner | None = None) -> Workspace:
    """A workspace with its keys, and with an owner where one is given."""
    with operating(stack):
        return create_workspace(name, plan, owner)


def an_owner(name: str) -> Owner:
    """An owner for the workspace of this name, who can log in at once."""
    return Owner(f"owner@{name}.example", f"Aa1-{secrets.token_urlsafe(12)}")


def open_to_anyone(stack: Stack, workspace: Workspace) -> None:
    """Let calls without a credential belong to this workspace, as the local stage allows."""
    with operating(stack):
        set_open_tenant(workspace.tenant_id)
