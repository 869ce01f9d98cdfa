"""What a resource's creator gets to work with."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.model import ACCOUNT, Deployment


@dataclass(frozen=True)
class Place:
    """The stack a resource is created in: its names, its clients and what it holds so far."""

    deployment: Deployment
    client: Callable[[str], Any]
    root: Path
    stack_name: str

    @property
    def region(self) -> str:
        """The region of the whole stack."""
        return self.deployment.region

    def name(self, logical_id: str, *, limit: int = 64) -> str:
        """A physical name in CloudFormation's manner: stack, logical id, a fixed tail where it would be too long."""
        name = f"{self.stack_name}-{logical_id}"
        return name if len(name) <= limit else name[: limit - 9] + "-" + self.token(logical_id)[:8]

    def token(self, logical_id: str) -> str:
        """A short identifier that is the same on every start (API ids, for instance)."""
        return hashlib.sha256(f"{self.stack_name}/{logical_id}".encode()).hexdigest()[:10]

    def arn(self, service: str, resource: str) -> str:
        """An ARN in this stack's region and account."""
        return f"arn:aws:{service}:{self.region}:{ACCOUNT}:{resource}"
