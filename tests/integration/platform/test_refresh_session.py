"""POST /api/auth/refresh."""

import pytest

from infra.local.gateway import Response
from infra.local.stack import Stack
from tests.integration.doors import leap
from tests.integration.people import Visitor, owner_of


def renew(stack: Stack, token: object) -> Response:
    return stack.request("POST", "/api/auth/refresh", json={"refreshToken": token})


def with_token(stack: Stack, token: str) -> int:
    return stack.request("GET", "/api/auth/me", headers={"authorization": f"Bearer {token}"}).status


@pytest.fixture
def ada(stack: Stack) -> Visitor:
    return owner_of(stack, "acme")[1]


def test_a_refresh_answers_other_tokens_of_the_same_session(stack: Stack, ada: Visitor) -> None:
    leap(stack, 3500)
    answer = renew(stack, ada.session["refreshToken"])
    assert answer.status == 200
    data = answer.json()["data"]
    assert data["accessToken"] == data["token"] != ada.session["accessToken"]
    assert data["refreshToken"] != ada.session["refreshToken"]
    (cookie,) = answer.header_values("set-cookie")
    assert cookie.startswith(f"tandem_session={data['accessToken']}; ")
    leap(stack, 200)
    assert with_token(stack, ada.session["accessToken"]) == 401
    assert with_token(stack, data["accessToken"]) == 200


def test_the_csrf_token_stays_good(stack: Stack, ada: Visitor) -> None:
    session = ada.session | renew(stack, ada.session["refreshToken"]).json()["data"]
    renewed = Visitor(stack, ada.email, ada.password, session)
    body = {"recordingEnabled": True}
    answer = renewed.browse("POST", "/api/telephony/configure", proof=ada.session["csrfToken"], json=body)
    assert answer.status == 200


def test_sessions_are_renewed_again_and_again_until_thirty_days_have_gone(stack: Stack, ada: Visitor) -> None:
    token = ada.session["refreshToken"]
    for _ in range(29):
        leap(stack, 86400)
        answer = renew(stack, token)
        assert answer.status == 200, answer.text
        token = answer.json()["data"]["refreshToken"]
    leap(stack, 86401)
    assert renew(stack, token).status == 401


def test_a_refresh_token_whose_answer_was_lost_is_taken_once_more(stack: Stack, ada: Visitor) -> None:
    renew(stack, ada.session["refreshToken"])
    leap(stack, 5)
    again = renew(stack, ada.session["refreshToken"])
    assert again.status == 200
    assert with_token(stack, again.json()["data"]["accessToken"]) == 200


def test_a_refresh_token_used_again_later_ends_the_session_for_everyone(stack: Stack, ada: Visitor) -> None:
    thiefs = renew(stack, ada.session["refreshToken"]).json()["data"]
    leap(stack, 31)
    assert renew(stack, ada.session["refreshToken"]).status == 401
    assert with_token(stack, thiefs["accessToken"]) == 401
    assert with_token(stack, ada.session["accessToken"]) == 401
    assert renew(stack, thiefs["refreshToken"]).status == 401


def test_a_refresh_token_older_than_the_last_but_one_ends_the_session_too(stack: Stack, ada: Visitor) -> None:
    second = renew(stack, ada.session["refreshToken"]).json()["data"]
    third = renew(stack, second["refreshToken"]).json()["data"]
    assert renew(stack, ada.session["refreshToken"]).status == 401
    assert with_token(stack, third["accessToken"]) == 401


def test_parts_of_two_sessions_do_not_make_one(stack: Stack, ada: Visitor) -> None:
    _, eve = owner_of(stack, "evil")
    hers, ours = eve.session["refreshToken"].split("~"), ada.session["refreshToken"].split("~")
    for mixed in ([ours[0], hers[1], hers[2]], [hers[0], hers[1], ours[2]], [ours[0], ours[1], hers[2]]):
        assert renew(stack, "~".join(mixed)).status == 401
    assert with_token(stack, ada.session["accessToken"]) == 200


@pytest.mark.parametrize("junk", ["x", "~~", "a~b~c", "0" * 64 + "~secret~token", "ü" * 64 + "~b~c", "a" * 4096])
def test_junk_is_refused_and_cognito_is_not_asked(stack: Stack, ada: Visitor, junk: str) -> None:
    with stack.count_requests() as counted:
        answer = renew(stack, junk)
    assert (answer.status, answer.json()["code"]) == (401, "AUTH_INVALID")
    assert not [name for name in counted.by_operation() if name.startswith("cognito")]


@pytest.mark.parametrize("body", [{}, {"refreshToken": ""}, {"refreshToken": 7}, {"refreshToken": "x", "more": 1}])
def test_a_request_that_is_not_complete_is_invalid(stack: Stack, body: dict[str, object]) -> None:
    assert stack.request("POST", "/api/auth/refresh", json=body).status == 422


def test_a_token_that_cognito_has_revoked_renews_nothing(stack: Stack, ada: Visitor) -> None:
    inner = ada.session["refreshToken"].split("~")[2]
    (pool,) = stack.deployment.user_pools
    (client,) = stack.client("cognito-idp").list_user_pool_clients(UserPoolId=pool)["UserPoolClients"]
    stack.client("cognito-idp").revoke_token(Token=inner, ClientId=client["ClientId"])
    assert renew(stack, ada.session["refreshToken"]).status == 401
    assert with_token(stack, ada.session["accessToken"]) == 401
