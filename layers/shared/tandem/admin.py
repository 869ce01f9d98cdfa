"""The operator's commands: `python -m tandem.admin create-workspace --name … --email …`."""

import argparse
import json
import sys
from dataclasses import asdict

from pydantic import TypeAdapter

from tandem.analytics import rolling
from tandem.keys import service as keys
from tandem.keys.models import AGENTS, HOURLY_LIMITS, LIVE, TEST
from tandem.records import record
from tandem.tenants import service as tenants
from tandem.users import organizations
from tandem.users.shapes import Email


@record
class Owner:
    """Who owns a workspace. Without a password they are invited by e-mail and choose one."""

    email: str
    password: str | None = None


@record
class Workspace:
    """A new workspace with its first keys, which are seen here and never again."""

    name: str
    tenant_id: str
    keys: dict[str, str]
    owner: Owner | None = None


def create_workspace(name: str, plan: str, owner: Owner | None = None) -> Workspace:
    """Make a workspace with a live, a test and an agents key, and an owner where one is named."""
    if owner:
        tenant = organizations.found_workspace(name, plan, owner.email, owner.password)
    else:
        tenant = tenants.create_tenant(name, plan)
    kinds = {"live": LIVE, "test": TEST, "agents": AGENTS}
    made = {
        kind: keys.create_key(tenant.tenant_id, prefix, name=f"first {kind} key", plan=plan)
        for kind, prefix in kinds.items()
    }
    return Workspace(name, tenant.tenant_id, made, owner)


def main(arguments: list[str]) -> None:
    """Read the command line, do it, print the result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tandem.admin", description="Operate a Tandem deployment.")
    commands = parser.add_subparsers(dest="command", required=True)
    create = commands.add_parser("create-workspace", help="make a workspace and its first keys")
    create.add_argument("--name", required=True)
    create.add_argument("--email", type=_address, help="the owner's, who is invited; needs USER_POOL_ID")
    create.add_argument("--plan", default="starter", choices=sorted(HOURLY_LIMITS))
    rebuild = commands.add_parser("rebuild-figures", help="compute a workspace's figures anew, from all of its calls")
    rebuild.add_argument("--workspace", required=True, help="its id")
    chosen = parser.parse_args(arguments)
    if chosen.command == "rebuild-figures":
        done: dict[str, object] = {"workspace": chosen.workspace, "hours": rolling.rebuild(chosen.workspace)}
    else:
        owner = Owner(chosen.email) if chosen.email else None
        done = asdict(create_workspace(chosen.name, chosen.plan, owner))
    sys.stdout.write(json.dumps(done, indent=2) + "\n")


def _address(text: str) -> str:
    return TypeAdapter(Email).validate_python(text)


if __name__ == "__main__":
    main(sys.argv[1:])
