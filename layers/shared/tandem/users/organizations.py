"""Organizations as people see them: those they belong to, new ones, other names."""

from tandem import clock
from tandem.audit import service as audit
from tandem.aws import identity, table
from tandem.errors import Conflict, Forbidden, NotFound
from tandem.tenants import service as tenants
from tandem.tenants.models import Tenant
from tandem.users import memberships
from tandem.users import service as users
from tandem.users.models import MOST_ORGANIZATIONS, Member, Membership, MemberStatus, Person, Role
from tandem.users.shapes import OrganizationRequest, OrganizationView


def list_organizations(user_id: str, *, limit: int, offset: int) -> tuple[list[OrganizationView], int]:
    """A span of a person's organizations, newest first, and how many they are."""
    found = list(reversed(belonging(memberships.of_person(user_id))))
    return found[offset : offset + limit], len(found)


def belonging(found: list[Membership]) -> list[OrganizationView]:
    """The organizations of these memberships, in their order."""
    named = tenants.find_tenants([one.tenant_id for one in found])
    return [_view(tenant, one) for one, tenant in zip(found, named, strict=True) if tenant]


def create_organization(user_id: str, request: OrganizationRequest) -> OrganizationView:
    """A new organization, owned by who makes it. Raises Conflict past the number that a person may belong to."""
    person = memberships.get_person(user_id)
    if person is None:
        raise NotFound("No such person.")
    if len(memberships.of_person(user_id)) >= MOST_ORGANIZATIONS:
        raise Conflict(f"A person belongs to at most {MOST_ORGANIZATIONS} organizations.")
    return _founded(request.name, "starter", person, f"user:{user_id}")


def found_workspace(name: str, plan: str, email: str, password: str | None) -> Tenant:
    """The operator's way to a new workspace: its owner is invited, or can log in at once with a password given."""
    person = Person(identity.add_person(email, password=password), email)
    view = _founded(name, plan, memberships.get_person(person.user_id) or person, "operator")
    return Tenant(view.id, view.name, view.plan)


def update_organization(user_id: str, tenant_id: str, request: OrganizationRequest) -> OrganizationView:
    """Another name. Raises NotFound to who does not belong there, Forbidden to who does not manage it."""
    membership = memberships.membership(user_id, tenant_id)
    if membership is None:
        raise NotFound("No such organization.")
    if not membership.role.manages:
        raise Forbidden("Only owners and admins change an organization.")
    entry = audit.entry(tenant_id, f"user:{user_id}", "organization.rename", tenant_id, {"name": request.name})
    table.transact([tenants.renaming(tenant_id, request.name), entry])
    return _view(tenants.get_tenant(tenant_id), membership)


def _founded(name: str, plan: str, person: Person, actor: str) -> OrganizationView:
    tenant, creation = tenants.creation(name, plan)
    moment = clock.iso(clock.now())
    owner = Member(tenant.tenant_id, person, Role.OWNER, MemberStatus.ACTIVE, moment)
    table.transact([creation, *users.welcoming(owner, actor)])
    return _view(tenant, Membership(tenant.tenant_id, owner.role, owner.status, moment))


def _view(tenant: Tenant, membership: Membership) -> OrganizationView:
    return OrganizationView(
        id=tenant.tenant_id,
        name=tenant.name,
        role=membership.role,
        plan=tenant.plan,
        joined_at=membership.joined_at,
    )
