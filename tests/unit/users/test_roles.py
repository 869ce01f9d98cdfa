"""What roles may do, and what an e-mail address is."""

import pytest
from pydantic import TypeAdapter, ValidationError

from tandem.keys.models import ALL_PERMISSIONS
from tandem.users.models import Membership, MemberStatus, Role
from tandem.users.shapes import Email

ADDRESS: TypeAdapter[str] = TypeAdapter(Email)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_owners_and_admins_have_every_permission(role: Role) -> None:
    assert role.permissions == set(ALL_PERMISSIONS)


def test_a_member_reads_everything_and_writes_calls_conversations_and_customers() -> None:
    reading = {name for name in ALL_PERMISSIONS if name.startswith("read:")}
    writing = {"write:calls", "write:conversations", "write:customers"}
    assert Role.MEMBER.permissions == reading | writing
    assert not Role.MEMBER.permissions & {"write:telephony", "write:webhooks", "webhook:manage"}


@pytest.mark.parametrize(
    ("inviting", "may"),
    [
        (Role.OWNER, {Role.OWNER, Role.ADMIN, Role.MEMBER}),
        (Role.ADMIN, {Role.ADMIN, Role.MEMBER}),
        (Role.MEMBER, set()),
    ],
)
def test_who_may_invite_whom(inviting: Role, may: set[Role]) -> None:
    assert {role for role in Role if inviting.may_invite(role)} == may
    assert inviting.manages == bool(may)


def test_an_invitation_alone_opens_nothing() -> None:
    opens = {
        status: Membership("tenant", Role.OWNER, status, "2026-01-01T00:00:00.000Z").is_active
        for status in MemberStatus
    }
    assert opens == {MemberStatus.INVITED: False, MemberStatus.ACTIVE: True}


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.com", "ada@example.com"),
        ("  Ada.Lovelace+x@Mail.EXAMPLE.com ", "ada.lovelace+x@mail.example.com"),
        ("o'hara@example.co", "o'hara@example.co"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(text: str, address: str) -> None:
    assert ADDRESS.validate_python(text) == address


@pytest.mark.parametrize(
    "text",
    ["", "ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "a b@example.com", "ada@example..com",
     "ada@example.com\nbcc: x@example.com", "ada@exa_mple.com", f"{'a' * 65}@example.com", f"a@{'b' * 255}.com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        ADDRESS.validate_python(text)
