"""Who a person is and what they are in an organization; apart from `service`, for every request with a session asks."""

from tandem.users import store
from tandem.users.models import Membership, Person


def membership(user_id: str, tenant_id: str) -> Membership | None:
    """What a person is in an organization now, or None; read anew each time, so that a change holds at once."""
    found = store.get_membership(user_id, tenant_id)
    return found if found and found.is_active else None


def of_person(user_id: str) -> list[Membership]:
    """The organizations that a person has come to, the first first."""
    found = [one for one in store.memberships(user_id) if one.is_active]
    return sorted(found, key=lambda one: (one.joined_at, one.tenant_id))


def get_person(user_id: str) -> Person | None:
    """Who this is, or None."""
    return store.get_person(user_id)
