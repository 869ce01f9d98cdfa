"""People in the table: `USER#<sub>` / `USER`, `MEMBER#<tenant>`, and again `TENANT#<tenant>` / `MEMBER#<sub>`."""

from typing import Any

from tandem.aws import table
from tandem.aws.table import Absent, Attr, Item, Key, Put, Update, Write
from tandem.users.models import Member, Membership, MemberStatus, Person, Role


def get_person(user_id: str) -> Person | None:
    """One person, or None."""
    item = table.get(_pk(user_id), "USER")
    return Person(item["user_id"], item["email"], item.get("name")) if item else None


def adding_person(person: Person, moment: str) -> Put:
    """The write of a new person."""
    details = {"user_id": person.user_id, "email": person.email, "name": person.name, "created_at": moment}
    return Put({"pk": _pk(person.user_id), "sk": "USER", "kind": "user", **details}, Absent)


def get_membership(user_id: str, tenant_id: str) -> Membership | None:
    """What a person is in an organization, or None."""
    item = table.get(_pk(user_id), _sk(tenant_id))
    return _membership(item) if item else None


def memberships(user_id: str) -> list[Membership]:
    """The organizations of a person, in no order."""
    condition = Key("pk").eq(_pk(user_id)) & Key("sk").begins_with("MEMBER#")
    return [_membership(item) for item in table.query_all(condition, consistent=True)]


def members(tenant_id: str) -> list[Member]:
    """The people of an organization, in no order."""
    condition = Key("pk").eq(f"TENANT#{tenant_id}") & Key("sk").begins_with("MEMBER#")
    return [
        Member(
            tenant_id,
            Person(item["user_id"], item["email"], item.get("name")),
            Role(item["role"]),
            MemberStatus(item["status"]),
            item["joined_at"],
        )
        for item in table.query_all(condition)
    ]


def joining(member: Member) -> list[Write]:
    """The writes of a new membership, on both sides."""
    shared: dict[str, Any] = {"role": str(member.role), "status": str(member.status), "joined_at": member.joined_at}
    person = member.person
    theirs = {"pk": _pk(person.user_id), "sk": _sk(member.tenant_id), "kind": "membership"}
    ours = {"pk": f"TENANT#{member.tenant_id}", "sk": _sk(person.user_id), "kind": "member"}
    details = {"user_id": person.user_id, "email": person.email, "name": person.name}
    return [
        Put({**theirs, "tenant_id": member.tenant_id, **shared}, Absent),
        Put({**ours, **details, **shared}, Absent),
    ]


def coming(user_id: str, tenant_id: str) -> list[Write]:
    """The writes by which an invited person has come, on both sides."""
    sides = ((_pk(user_id), _sk(tenant_id)), (f"TENANT#{tenant_id}", _sk(user_id)))
    invited = Attr("status").eq(str(MemberStatus.INVITED))
    return [Update(pk, sk, set={"status": str(MemberStatus.ACTIVE)}, condition=invited) for pk, sk in sides]


def _membership(item: Item) -> Membership:
    return Membership(item["tenant_id"], Role(item["role"]), MemberStatus(item["status"]), item["joined_at"])


def _pk(user_id: str) -> str:
    return f"USER#{user_id}"


def _sk(other: str) -> str:
    return f"MEMBER#{other}"
