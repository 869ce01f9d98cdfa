"""People and organizations in requests and answers. Pure."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tandem.shapes import Name, SnakeBody, SnakeView
from tandem.users.models import MemberStatus, Role

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    ),
    Field(examples=["ada@example.com"]),
]
"""An e-mail address, in lower case."""


class OrganizationRequest(SnakeBody):
    """What an organization is called."""

    name: Annotated[Name, Field(examples=["Acme"])]


class OrganizationView(SnakeView):
    """An organization, as the person who asks belongs to it."""

    id: str
    name: str
    role: Role
    plan: str
    joined_at: str


class InviteRequest(SnakeBody):
    """Who shall come, and as what."""

    email: Email
    name: Name | None = None
    role: Role = Role.MEMBER


class MemberView(SnakeView):
    """A person of an organization."""

    id: str
    email: str
    name: str | None
    role: Role
    status: MemberStatus
    joined_at: str
