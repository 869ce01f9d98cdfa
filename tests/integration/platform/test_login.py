"""POST /api/auth/login."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.cognito import INVITATIONS
from infra.local.stack import Stack
from tests.integration.conftest import table_items
from tests.integration.doors import contents, leap
from tests.integration.people import PASSWORD, come, log_in, owner_of, visit


def test_a_login_answers_tokens_the_person_and_their_organizations(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    data = ada.session
    assert data["token"] == data["accessToken"]
    assert data["expiresIn"] == 3600
    assert data["user"] == {"id": ada.user_id, "email": "owner@acme.example", "name": None}
    assert data["organizations"] == [{"id": workspace.tenant_id, "name": "acme", "role": "owner"}]
    assert len(data["csrfToken"]) >= 32
    assert ada("GET", "/api/telephony/calls/history").status == 200


def test_a_login_sets_a_cookie_that_no_script_reads_and_one_that_ours_reads(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = log_in(stack, ada.email, ada.password)
    session, csrf = answer.header_values("set-cookie")
    name, _, rest = session.partition("=")
    value, *attributes = rest.split("; ")
    assert (name, value) == ("tandem_session", answer.json()["data"]["accessToken"])
    assert set(attributes) == {"Path=/", "Max-Age=3600", "HttpOnly", "Secure", "SameSite=Lax"}
    assert csrf.startswith(f"tandem_csrf={answer.json()['data']['csrfToken']}; ")
    assert "HttpOnly" not in csrf
    assert {"Secure", "SameSite=Lax"} <= set(csrf.split("; "))
    assert answer.header("cache-control") == "no-store"


def test_the_case_of_an_address_does_not_matter(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert log_in(stack, "  Owner@ACME.example ", ada.password).status == 200


def test_a_wrong_password_and_an_unknown_person_are_answered_alike(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answers = [log_in(stack, email, "wrong") for email in (ada.email, "nobody@acme.example")]
    assert [answer.status for answer in answers] == [401, 401]
    told = [answer.json()["error"] for answer in answers]
    assert told[0]["code"] == told[1]["code"] == "AUTH_INVALID"
    assert told[0]["message"] == told[1]["message"]
    assert not any(answer.header_values("set-cookie") for answer in answers)


def test_neither_password_nor_token_is_kept(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    stored = str(contents(stack))
    secret = ada.session["refreshToken"].split("~")[1]
    for word in (ada.password, ada.session["accessToken"], ada.session["csrfToken"], secret):
        assert word not in stored


def test_after_five_failures_the_next_try_waits_and_each_further_one_longer(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert [log_in(stack, ada.email, "wrong").status for _ in range(6)] == [401] * 5 + [429]
    waits = []
    for _ in range(4):
        refused = log_in(stack, ada.email, ada.password)
        assert (refused.status, refused.json()["code"]) == (429, "RATE_LIMIT_EXCEEDED")
        waits.append(int(str(refused.header("retry-after"))))
        leap(stack, waits[-1])
        assert log_in(stack, ada.email, "wrong").status == 401
    assert waits == pytest.approx([30, 60, 120, 240], abs=3)  # the clock runs on meanwhile
    leap(stack, 480)
    assert log_in(stack, ada.email, ada.password).status == 200
    assert [log_in(stack, ada.email, "wrong").status for _ in range(5)] == [401] * 5


def test_tries_at_once_are_as_few_as_one_after_another(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: log_in(stack, ada.email, "wrong").status, range(12)))
    assert set(statuses) <= {401, 429, 503}
    assert 1 <= statuses.count(401) <= 5
    assert max(item["failures"] for item in _attempts(stack)) == statuses.count(401)


def test_unknown_addresses_are_slowed_down_alike(stack: Stack) -> None:
    assert [log_in(stack, "nobody@acme.example", "wrong").status for _ in range(6)] == [401] * 5 + [429]


def test_failures_are_forgotten_after_a_quarter_of_an_hour(stack: Stack) -> None:
    for _ in range(4):
        assert log_in(stack, "nobody@acme.example", "wrong").status == 401
    leap(stack, 901)
    assert [log_in(stack, "nobody@acme.example", "wrong").status for _ in range(5)] == [401] * 5


def test_one_network_address_cannot_try_many_people(stack: Stack) -> None:
    statuses = [log_in(stack, f"person{number}@acme.example", "wrong").status for number in range(52)]
    assert statuses == [401] * 50 + [429] * 2


def test_logins_that_succeed_slow_nobody_down(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    assert {log_in(stack, ada.email, ada.password).status for _ in range(12)} == {200}
    assert {item["failures"] for item in _attempts(stack)} == {0}


def test_while_the_table_is_down_nobody_logs_in_and_is_told_when_to_come_back(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    stack.faults.add({"kind": "fail", "service": "dynamodb", "function": "PlatformLogin", "times": 20})
    answer = log_in(stack, ada.email, ada.password)
    stack.faults.clear()
    assert answer.status == 503
    assert int(str(answer.header("retry-after"))) > 0


def test_a_temporary_password_only_lets_one_choose_another(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example", name="Grace")
    asked = log_in(stack, "grace@acme.example", INVITATIONS["grace@acme.example"])
    assert (asked.status, asked.json()["code"]) == (403, "PASSWORD_CHANGE_REQUIRED")
    assert not asked.header_values("set-cookie")
    session = asked.json()["error"]["details"]["session"]
    body = {"email": "grace@acme.example", "session": session, "newPassword": "short"}
    weak = stack.request("POST", "/api/auth/login", json=body)
    assert weak.status == 422
    assert weak.json()["error"]["details"]["fields"][0]["field"] == "newPassword"
    chosen = stack.request("POST", "/api/auth/login", json={**body, "newPassword": PASSWORD})
    assert chosen.status == 200
    assert chosen.json()["data"]["user"]["name"] == "Grace"
    assert log_in(stack, "grace@acme.example", INVITATIONS["grace@acme.example"]).status == 401
    assert log_in(stack, "grace@acme.example", PASSWORD).status == 200


@pytest.mark.parametrize("session", ["made-up", "a-session-that-nobody-gave-out", "x" * 4096])
def test_a_session_for_a_new_password_that_nobody_gave_out_is_refused_and_counts_as_a_try(
    stack: Stack, session: str
) -> None:
    _, ada = owner_of(stack, "acme")
    body = {"email": ada.email, "session": session, "newPassword": PASSWORD}
    statuses = [stack.request("POST", "/api/auth/login", json=body).status for _ in range(6)]
    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "ada@acme.example"},
        {"password": "x"},
        {"email": "ada", "password": "x"},
        {"email": "ada@acme.example", "password": ""},
        {"email": "ada@acme.example", "password": "x" * 257},
        {"email": "ada@acme.example", "newPassword": "x"},
        {"email": "ada@acme.example", "password": "x", "session": "y"},
        {"email": "ada@acme.example", "password": "x", "role": "owner"},
        {"email": ["ada@acme.example"], "password": "x"},
    ],
)
def test_a_login_that_is_not_complete_is_not_tried(stack: Stack, body: dict[str, object]) -> None:
    with stack.count_requests() as counted:
        answer = stack.request("POST", "/api/auth/login", json=body)
    assert (answer.status, counted.total()) == (422, 0)
    assert "x" * 257 not in answer.text


def test_who_belongs_nowhere_any_more_cannot_log_in(stack: Stack) -> None:
    from tests.integration.people import change_role

    workspace, ada = owner_of(stack, "acme")
    change_role(stack, ada.user_id, workspace.tenant_id, None)
    assert log_in(stack, ada.email, ada.password).status == 403


def test_the_first_login_tells_that_the_person_has_come(stack: Stack) -> None:
    workspace, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example")
    grace = come(stack, "grace@acme.example")
    events = table_items(stack, f"TENANT#{workspace.tenant_id}", "EVENT#")
    told = [(event["type"], event["subject"]) for event in events]
    assert told == [("user.created", ada.user_id), ("user.created", grace.user_id), ("user.updated", grace.user_id)]
    assert '"status":"active"' in events[-1]["body"]
    visit(stack, grace.email, PASSWORD)
    assert len(table_items(stack, f"TENANT#{workspace.tenant_id}", "EVENT#")) == 3


def _attempts(stack: Stack) -> list[dict[str, int]]:

    found = [item for (pk, _), item in contents(stack).items() if pk.startswith("ATTEMPT#")]
    return [{"failures": int(item["failures"]["N"])} for item in found]
