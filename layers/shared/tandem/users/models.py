"""People, what they may do in an organization, and who may invite whom. Pure."""

from enum import StrEnum

from tandem.keys.models import ALL_PERMISSIONS
from tandem.records import record

MOST_MEMBERS = 500
"""People of one organization: a list of them is read whole."""

MOST_ORGANIZATIONS = 50
"""Organizations of one person."""

_MEMBERS_WRITE = ("write:calls", "write:conversations", "write:customers")


class Role(StrEnum):
    """What somebody is in an organization."""

    OWNER = "owner"
    ADMIN = "admin"
    MEMBER = "member"

    @property
    def manages(self) -> bool:
        """Whether the role invites people and changes the organization."""
        return self in (Role.OWNER, Role.ADMIN)

    @property
    def permissions(self) -> frozenset[str]:
        """What a session of this role may do, in the words of API keys."""
        if self.manages:
            return frozenset(ALL_PERMISSIONS)
        return frozenset(name for name in ALL_PERMISSIONS if name.startswith("read:") or name in _MEMBERS_WRITE)

    def may_invite(self, role: "Role") -> bool:
        """Only an owner makes owners."""
        return self.manages and (role is not Role.OWNER or self is Role.OWNER)


class MemberStatus(StrEnum):
    """Whether somebody has come yet."""

    INVITED = "invited"
    ACTIVE = "active"


@record
class Person:
    """Somebody who can log in; the id is Cognito's `sub`."""

    user_id: str
    email: str
    name: str | None = None


@record
class Member:
    """A person in an organization. `joined_at` is ISO text."""

    tenant_id: str
    person: Person
    role: Role
    status: MemberStatus
    joined_at: str


@record
class Membership:
    """The same from the person's side."""

    tenant_id: str
    role: Role
    status: MemberStatus
    joined_at: str

    @property
    def is_active(self) -> bool:
        """Whether it opens anything: an invitation alone does not."""
        return self.status is MemberStatus.ACTIVE
