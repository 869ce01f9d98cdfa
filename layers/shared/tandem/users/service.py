"""What we do with people: invite them, know what they may, and notice that they have come."""

from typing import Any

from tandem import clock
from tandem.audit import service as audit
from tandem.aws import identity, table
from tandem.aws.table import TransactionCancelled, Write
from tandem.errors import Conflict, Forbidden, Invalid
from tandem.events import outbox
from tandem.events.models import Event, envelope
from tandem.ids import new_id
from tandem.users import memberships, store
from tandem.users.models import MOST_MEMBERS, Member, Membership, MemberStatus, Person, Role
from tandem.users.shapes import InviteRequest, MemberView


def list_members(tenant_id: str, *, limit: int, offset: int) -> tuple[list[MemberView], int]:
    """A span of an organization's people, newest first, and how many they are."""
    found = sorted(store.members(tenant_id), key=lambda member: (member.joined_at, member.person.user_id), reverse=True)
    return [view(member) for member in found[offset : offset + limit]], len(found)


def invite(tenant_id: str, by: Role, actor: str, request: InviteRequest) -> MemberView:
    """Invite a person by e-mail; again, when they were and have not come. Raises Forbidden where the role does not
    allow it, Conflict about one who belongs already, Invalid about an address that cannot be used."""
    if not by.may_invite(request.role):
        raise Forbidden("Only an owner makes owners; a member invites nobody.")
    found = store.members(tenant_id)
    if known := next((member for member in found if member.person.email == request.email), None):
        return _invited_again(known, request)
    if len(found) >= MOST_MEMBERS:
        raise Conflict(f"An organization has at most {MOST_MEMBERS} people.")
    try:
        user_id = identity.add_person(request.email)
    except identity.AddressRefused as refused:
        field = {"field": "email", "message": "cannot be invited"}
        raise Invalid("The request is not valid: email.", fields=[field]) from refused
    person = Person(user_id, request.email, request.name)
    member = Member(tenant_id, person, request.role, MemberStatus.INVITED, clock.iso(clock.now()))
    try:
        table.transact(welcoming(member, actor))
    except TransactionCancelled as cancelled:
        raise Conflict(f"{request.email} is being invited already.") from cancelled
    return view(member)


def _invited_again(known: Member, request: InviteRequest) -> MemberView:
    if known.status is not MemberStatus.INVITED or known.role is not request.role:
        raise Conflict(f"{request.email} is {known.status} already, as {known.role}.")
    identity.add_person(request.email)
    return view(known)


def welcoming(member: Member, actor: str) -> list[Write]:
    """The writes of a new member: the person where nobody knew them, both sides of the membership, what tells of it."""
    person = store.get_person(member.person.user_id)
    news = [] if person else [store.adding_person(member.person, member.joined_at)]
    entry = audit.entry(member.tenant_id, actor, "user.invite", member.person.user_id, {"role": str(member.role)})
    return [*news, *store.joining(member), *_told("user.created", member), entry]


def come(user_id: str) -> list[Membership]:
    """Make members of the organizations that a person was invited to, now that they have logged in; all they belong to,
    the first first."""
    person = store.get_person(user_id)
    for one in store.memberships(user_id):
        if person and not one.is_active:
            member = Member(one.tenant_id, person, one.role, MemberStatus.ACTIVE, one.joined_at)
            entry = audit.entry(one.tenant_id, f"user:{user_id}", "user.join", user_id, {"status": str(member.status)})
            try:
                table.transact([*store.coming(user_id, one.tenant_id), *_told("user.updated", member), entry])
            except TransactionCancelled:
                continue  # another login of theirs was quicker
    return memberships.of_person(user_id)


def view(member: Member) -> MemberView:
    """A member as the API shows them."""
    person = member.person
    return MemberView(
        id=person.user_id,
        email=person.email,
        name=person.name,
        role=member.role,
        status=member.status,
        joined_at=member.joined_at,
    )


def _told(event_type: str, member: Member) -> list[Write]:
    moment = clock.now()
    data: dict[str, Any] = {
        "id": member.person.user_id,
        "organizationId": member.tenant_id,
        "email": member.person.email,
        "name": member.person.name,
        "role": str(member.role),
        "status": str(member.status),
        "joinedAt": member.joined_at,
    }
    body = envelope(event_type, moment, data)
    return [outbox.insertion(Event(new_id(), member.tenant_id, event_type, moment, member.person.user_id, body))]
