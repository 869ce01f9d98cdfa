"""POST /api/v1/users/invite."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.cognito import INVITATIONS
from infra.local.stack import Stack
from tandem.users.models import MOST_MEMBERS
from tests.integration.conftest import table_items
from tests.integration.doors import contents
from tests.integration.people import change_role, come, log_in, owner_of, visit

PATH = "/api/v1/users/invite"
GRACE = "grace@acme.example"


def test_an_invitation_goes_out_and_whoever_has_it_can_come(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    answer = ada.invite(" Grace@ACME.example", name="Grace", role="admin")
    assert answer.status == 201
    invited = answer.json()["data"]
    assert {name: invited[name] for name in ("email", "name", "role", "status")} == {
        "email": GRACE,
        "name": "Grace",
        "role": "admin",
        "status": "invited",
    }
    assert INVITATIONS[GRACE] not in answer.text
    grace = come(stack, GRACE)
    assert grace.user_id == invited["id"]
    assert grace.session["organizations"] == [{"id": workspace.tenant_id, "name": "acme", "role": "admin"}]


def test_until_they_come_they_have_no_part_in_it(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    assert ada.invite(eve.email).status == 201
    assert eve("GET", "/api/v1/users", headers={"x-organization-id": workspace.tenant_id}).status == 404
    again = visit(stack, eve.email, eve.password)
    assert again("GET", "/api/v1/users", headers={"x-organization-id": workspace.tenant_id}).status == 200


def test_who_has_an_account_keeps_their_password_and_gets_no_other(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "other")
    before = INVITATIONS.get(eve.email)
    answer = ada.invite(eve.email)
    assert answer.json()["data"]["id"] == eve.user_id
    assert INVITATIONS.get(eve.email) == before
    assert log_in(stack, eve.email, eve.password).status == 200


def test_inviting_again_sends_another_password_and_makes_no_second_member(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    first = ada.invite(GRACE).json()["data"]
    password = INVITATIONS[GRACE]
    again = ada.invite(GRACE)
    assert (again.status, again.json()["data"]) == (201, first)
    assert INVITATIONS[GRACE] != password
    assert log_in(stack, GRACE, password).status == 401
    assert log_in(stack, GRACE, INVITATIONS[GRACE]).status == 403
    assert ada("GET", "/api/v1/users").json()["meta"]["pagination"]["total"] == 2


def test_who_belongs_already_is_not_invited(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite(GRACE)
    assert ada.invite(GRACE, role="admin").status == 400
    come(stack, GRACE)
    for email in (GRACE, ada.email):
        refused = ada.invite(email)
        assert (refused.status, refused.json()["details"]["code"]) == (400, "CONFLICT")
    roles = {one["email"]: one["role"] for one in ada("GET", "/api/v1/users").json()["data"]}
    assert roles == {ada.email: "owner", GRACE: "member"}


def test_of_two_at_once_one_invites(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda _: ada.invite(GRACE).status, range(2)))
    assert 201 in statuses
    assert set(statuses) <= {201, 400}
    assert ada("GET", "/api/v1/users").json()["meta"]["pagination"]["total"] == 2


@pytest.mark.parametrize(
    ("inviting", "invited", "status"),
    [
        ("owner", "owner", 201),
        ("owner", "member", 201),
        ("admin", "admin", 201),
        ("admin", "member", 201),
        ("admin", "owner", 403),
        ("member", "member", 403),
        ("member", "owner", 403),
    ],
)
def test_only_an_owner_makes_owners_and_a_member_invites_nobody(
    stack: Stack, inviting: str, invited: str, status: int
) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite(GRACE, role=inviting)
    grace = come(stack, GRACE)
    letters = dict(INVITATIONS)
    answer = grace.invite("joan@acme.example", role=invited)
    assert answer.status == status
    people = {one["email"] for one in ada("GET", "/api/v1/users").json()["data"]}
    assert ("joan@acme.example" in people) == (status == 201)
    if status == 403:
        assert letters == INVITATIONS


def test_who_is_no_manager_any_more_invites_nobody_from_then_on(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    assert ada.invite(GRACE).status == 201
    change_role(stack, ada.user_id, workspace.tenant_id, "member")
    assert ada.invite("joan@acme.example").status == 403


def test_it_is_into_the_organization_that_the_request_names(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    second = ada("POST", "/api/v1/organizations", json={"name": "Second"}).json()["data"]["id"]
    there = {"x-organization-id": second}
    assert ada("POST", PATH, json={"email": GRACE}, headers=there).status == 201
    assert [one["email"] for one in ada("GET", "/api/v1/users").json()["data"]] == [ada.email]
    assert [one["name"] for one in come(stack, GRACE).session["organizations"]] == ["Second"]


def test_webhooks_and_the_audit_trail_are_told(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    invited = ada.invite(GRACE, name="Grace").json()["data"]
    event = table_items(stack, f"TENANT#{workspace.tenant_id}", "EVENT#")[-1]
    assert (event["type"], event["subject"]) == ("user.created", invited["id"])
    body = json.loads(event["body"])
    assert body["event"] == "user.created"
    assert body["data"] == {
        "id": invited["id"],
        "organizationId": workspace.tenant_id,
        "email": GRACE,
        "name": "Grace",
        "role": "member",
        "status": "invited",
        "joinedAt": invited["joined_at"],
    }
    entry = table_items(stack, f"TENANT#{workspace.tenant_id}", "AUDIT#")[-1]
    assert (entry["action"], entry["actor"]) == ("user.invite", f"user:{ada.user_id}")
    assert INVITATIONS[GRACE] not in str(contents(stack))


def test_an_organization_has_a_limited_number_of_people_who_can_still_be_written_to(stack: Stack) -> None:
    from infra.local.workspaces import operating
    from tandem.aws import table

    workspace, ada = owner_of(stack, "acme")
    assert ada.invite(GRACE).status == 201
    with operating(stack):
        for number in range(MOST_MEMBERS - 2):
            item = {"user_id": str(number), "email": f"{number}@acme.example", "role": "member", "status": "active"}
            key = {"pk": f"TENANT#{workspace.tenant_id}", "sk": f"MEMBER#{number}", "kind": "member"}
            table.put({**key, **item, "joined_at": "2026-01-01T00:00:00.000Z"}, condition=table.Absent)
    assert ada.invite("late@acme.example").status == 400
    assert "late@acme.example" not in INVITATIONS
    assert ada.invite(GRACE).status == 201


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "email"),
        ({"email": "grace"}, "email"),
        ({"email": "grace@acme"}, "email"),
        ({"email": f"{'x' * 65}@acme.example"}, "email"),
        ({"email": "a b@acme.example"}, "email"),
        ({"email": [GRACE]}, "email"),
        ({"email": GRACE, "role": "root"}, "role"),
        ({"email": GRACE, "name": ""}, "name"),
        ({"email": GRACE, "permissions": ["write:calls"]}, "permissions"),
    ],
)
def test_a_request_that_is_not_valid_invites_nobody(stack: Stack, body: dict[str, object], named: str) -> None:
    _, ada = owner_of(stack, "acme")
    letters = dict(INVITATIONS)
    answer = ada("POST", PATH, json=body)
    assert (answer.status, answer.json()["details"]["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["fields"][0]["field"] == named
    assert letters == INVITATIONS


def test_an_api_key_invites_nobody(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    headers = {"authorization": f"Bearer {workspace.keys['live']}"}
    assert stack.request("POST", PATH, json={"email": GRACE}, headers=headers).status == 403
    assert stack.request("POST", PATH, json={"email": GRACE}).status == 401
    assert ada("GET", "/api/v1/users").json()["meta"]["pagination"]["total"] == 1


def test_while_cognito_is_down_nobody_is_invited_and_told_so(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    stack.faults.add({"kind": "fail", "service": "cognito-idp", "function": "VoiceAgentsInviteUser", "times": 20})
    answer = ada.invite(GRACE)
    stack.faults.clear()
    assert answer.status == 503
    assert int(str(answer.header("retry-after"))) > 0
    assert ada("GET", "/api/v1/users").json()["meta"]["pagination"]["total"] == 1
    assert ada.invite(GRACE).status == 201
