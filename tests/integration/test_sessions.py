"""A person's session at every endpoint: what each role opens, and the cookie's proof."""

from typing import Any

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tandem.keys.models import ALL_PERMISSIONS
from tandem.users.models import Role
from tests.integration.doors import DOORS, HISTORY, UPDATE_CUSTOMER, Door, contents, leap
from tests.integration.people import Visitor, change_role, come, owner_of, visit

ME = "/api/auth/me"
OPENED = (200, 201, 404)
PROVEN = [door for door in DOORS if door.permission.startswith("write:") or door.method != "GET"]
"""What any page could make a browser send, to some effect or without."""


def enter(person: Visitor, door: Door, **content: Any) -> Response:
    return person(door.method, door.path, json=door.body, **content)


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_owners_and_admins_may_do_everything(stack: Stack, role: str) -> None:
    workspace, ada = owner_of(stack, "acme")
    change_role(stack, ada.user_id, workspace.tenant_id, role)
    assert {str(door) for door in DOORS if enter(ada, door).status not in OPENED} == set()
    assert Role(role).permissions == set(ALL_PERMISSIONS)


def test_a_member_opens_what_the_role_allows_and_is_told_what_else_would_take(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    change_role(stack, ada.user_id, workspace.tenant_id, "member")
    shut = []
    for door in DOORS:
        before = _without_counters(stack)
        answer = enter(ada, door)
        if door.permission in Role.MEMBER.permissions:
            assert answer.status in OPENED, door
            continue
        shut.append(door)
        error = answer.json()["error"]
        assert (answer.status, error["code"]) == (403, "PERMISSION_DENIED"), door
        assert door.permission in answer.text
        assert _without_counters(stack) == before, door
    assert {door.permission for door in shut} >= {"write:telephony"}
    assert not [door for door in shut if door.permission.startswith("read:")]


def test_another_role_holds_from_the_next_request_on(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    (configure, *_) = [door for door in DOORS if door.permission == "write:telephony"]
    statuses = []
    for role in ("owner", "member", "admin", None):
        change_role(stack, ada.user_id, workspace.tenant_id, role)
        statuses.append(enter(ada, configure).status)
    assert statuses == [200, 403, 200, 404]


def test_a_session_is_of_the_organization_that_the_request_names_with_the_role_there(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    other, eve = owner_of(stack, "other")
    ada("POST", "/api/v1/customers", json={"profile": {"firstName": "Grace"}})
    eve.invite(ada.email)
    both = visit(stack, ada.email, ada.password)
    there = {"x-organization-id": other.tenant_id}
    assert both("GET", "/api/v1/customers").json()["pagination"]["total"] == 1
    assert both("GET", "/api/v1/customers", headers=there).json()["pagination"]["total"] == 0
    configure = {"recordingEnabled": True}
    assert both("POST", "/api/telephony/configure", json=configure).status == 200
    assert both("POST", "/api/telephony/configure", json=configure, headers=there).status == 403


def test_anothers_organization_is_as_unknown_as_one_that_does_not_exist(stack: Stack) -> None:
    workspace, _ = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    for door in (*DOORS, Door("GET", ME, "")):
        answers = [
            enter(eve, door, headers={"x-organization-id": named}) for named in (workspace.tenant_id, "nobody", "#")
        ]
        assert [answer.status for answer in answers] == [404] * 3, door
        assert len({_message(answer) for answer in answers}) == 1, door


def test_every_answer_says_what_is_left_and_counting_is_one_write_and_one_read(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada("GET", ME)
    with stack.count_requests() as counted:
        answer = ada("GET", "/api/telephony/calls/history?limit=101")
    assert counted.by_operation() == {"dynamodb:UpdateItem": 1, "dynamodb:GetItem": 1}
    assert (answer.status, answer.header("x-ratelimit-limit")) == (422, "5000")
    left = int(str(answer.header("x-ratelimit-remaining")))
    assert enter(ada, HISTORY).header("x-ratelimit-remaining") == str(left - 1)


def test_a_sessions_limit_is_exact_and_ends_with_the_hour(stack: Stack) -> None:
    from infra.local.workspaces import operating
    from tandem.aws import table
    from tandem.keys.models import HOUR, Window

    _, ada = owner_of(stack, "acme")
    login = ada.session["refreshToken"].partition("~")[0]
    with operating(stack):
        window = Window.at(stack.clock.now(), HOUR)
        table.update(table.Update(f"LOGIN#{login}", "LOGIN", set={window.counter: 4_999}))
    answers = [enter(ada, HISTORY) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 429]
    wait = int(str(answers[1].header("retry-after")))
    assert 0 < wait <= 3600
    leap(stack, wait)
    renewed = visit(stack, ada.email, ada.password)
    assert enter(renewed, HISTORY).status == 200


def test_with_a_cookie_every_write_takes_the_proof_that_only_our_page_can_read(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    for door in PROVEN:
        before = _without_counters(stack)
        for proof in (None, "", "wrong", eve.session["csrfToken"], ada.session["csrfToken"][:-1]):
            refused = ada.browse(door.method, door.path, json=door.body, proof=proof)
            assert (refused.status, refused.json()["code"]) == (403, "CSRF_REQUIRED"), (door, proof)
        assert _without_counters(stack) == before, door
        proven = ada.browse(door.method, door.path, json=door.body, proof=ada.session["csrfToken"])
        assert proven.status in OPENED, door


def test_with_a_cookie_reading_takes_no_proof(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    for door in DOORS:
        if door not in PROVEN:
            assert ada.browse(door.method, door.path).status in OPENED, door


def test_managing_people_with_a_cookie_takes_the_proof_too(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    for method, path, body in (
        ("POST", "/api/v1/organizations", {"name": "Second"}),
        ("POST", "/api/v1/users/invite", {"email": "grace@acme.example"}),
        ("POST", "/api/auth/logout", None),
    ):
        content = {"json": body} if body else {}
        assert ada.browse(method, path, **content).status == 403
        assert ada.browse(method, path, proof=ada.session["csrfToken"], **content).status in (200, 201)


def test_a_placed_call_by_get_is_a_write_and_takes_the_proof(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    path = "/voice/invoke-call?phone=254711000001"
    assert ada.browse("GET", path, headers={"authorization": "Bearer "}).status == 403


def test_a_token_needs_no_proof_and_outdoes_a_cookie(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    cookie = {"cookie": f"tandem_session={eve.session['accessToken']}"}
    assert enter(ada, UPDATE_CUSTOMER, headers=cookie).status == 404
    assert ada("GET", ME, headers=cookie).json()["data"]["user"]["id"] == ada.user_id


def test_a_cookie_is_no_way_around_a_key_that_does_not_hold(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    headers = {"x-api-key": "sk_live_" + "a" * 38}
    for door in DOORS:
        answer = ada.browse(
            door.method, door.path, json=door.body, proof=ada.session["csrfToken"], headers=dict(headers)
        )
        assert answer.status == 401, door


def test_an_expired_session_says_so_and_a_new_one_opens(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    leap(stack, 3601)
    for door in DOORS:
        answer = enter(ada, door)
        assert (answer.status, answer.json()["code"]) == (401, "AUTH_EXPIRED"), door
    assert enter(visit(stack, ada.email, ada.password), HISTORY).status == 200


def test_who_was_invited_and_came_has_a_members_rights_at_once(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    grace = come(stack, "grace@acme.example")
    assert enter(grace, UPDATE_CUSTOMER).status == 404
    assert grace("POST", "/api/telephony/configure", json={"recordingEnabled": True}).status == 403


def _message(answer: Response) -> str:
    error = answer.json()["error"]
    return str(error if isinstance(error, str) else error["message"])


def _without_counters(stack: Stack) -> dict[tuple[str, str], Any]:
    return {key: item for key, item in contents(stack).items() if not key[0].startswith("LOGIN#")}
