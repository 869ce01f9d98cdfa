"""Who is calling, as the guard found it."""

from dataclasses import field

from tandem.errors import Forbidden
from tandem.ids import new_id
from tandem.keys.models import Allowance
from tandem.records import record
from tandem.users.models import Role


@record
class Caller:
    """An authenticated caller. The tenant comes from here and from nowhere else."""

    tenant_id: str
    actor: str
    """For the audit trail: `key:<id>` or `user:<id>`."""
    permissions: frozenset[str]
    is_test: bool
    """True when the caller's calls go to the sandbox carrier."""
    allowance: Allowance | None = None
    user_id: str = ""
    """Who it is, where it is a person; empty for an API key."""
    role: Role = Role.MEMBER
    """What the person is in the organization."""
    login: str = ""
    """The person's session."""
    key_id: str = ""
    """Which API key it is, where it is one whose requests are counted."""
    new_id: str = field(default_factory=new_id)
    """The id for what this request creates; a repeated Idempotency-Key brings the same one again."""


class Denied(Forbidden):
    """A caller who is known and counted may not do this; the answer tells the limit as any other does."""

    def __init__(self, message: str, caller: Caller, *, required: str = "") -> None:
        super().__init__(message, details={"required": required} if required else None)
        self.caller = caller
