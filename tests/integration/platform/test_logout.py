"""POST /api/auth/logout."""

import pytest

from infra.local.request_log import OPERATOR
from infra.local.stack import Stack
from tests.integration.conftest import table_items
from tests.integration.people import owner_of, visit


def test_logged_out_means_out(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", "/api/auth/logout")
    assert (answer.status, answer.json()) == (200, {"success": True, "data": {"loggedOut": True}})
    for method, path in (("GET", "/api/auth/me"), ("GET", "/api/telephony/calls/history"), ("GET", "/api/v1/users")):
        refused = ada(method, path)
        assert refused.status == 401
    assert ada("GET", "/api/auth/me").json()["code"] == "AUTH_INVALID"
    token = ada.session["refreshToken"]
    assert stack.request("POST", "/api/auth/refresh", json={"refreshToken": token}).status == 401
    login = token.partition("~")[0]
    assert table_items(stack, f"LOGIN#{login}") == []


def test_the_cookies_go(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada.browse("POST", "/api/auth/logout", proof=ada.session["csrfToken"])
    assert answer.status == 200
    cookies = answer.header_values("set-cookie")
    assert [cookie.partition(";")[0] for cookie in cookies] == ["tandem_session=", "tandem_csrf="]
    assert all("Max-Age=0" in cookie and "Secure" in cookie for cookie in cookies)


def test_with_the_refresh_token_cognito_is_told_as_well(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    with stack.count_requests() as counted:
        answer = ada("POST", "/api/auth/logout", json={"refreshToken": ada.session["refreshToken"]})
    assert answer.status == 200
    assert counted.total("cognito-idp", "RevokeToken", function=OPERATOR) == 1


def test_nobody_revokes_anothers_token(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    _, eve = owner_of(stack, "evil")
    assert eve("POST", "/api/auth/logout", json={"refreshToken": ada.session["refreshToken"]}).status == 200
    assert ada("GET", "/api/auth/me").status == 200
    renewed = stack.request("POST", "/api/auth/refresh", json={"refreshToken": ada.session["refreshToken"]})
    assert renewed.status == 200


def test_other_sessions_of_the_person_go_on(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    elsewhere = visit(stack, ada.email, ada.password)
    ada("POST", "/api/auth/logout")
    assert elsewhere("GET", "/api/auth/me").status == 200


def test_a_field_that_it_does_not_know_is_refused(stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", "/api/auth/logout", json={"everywhere": True})
    assert answer.status == 422
    assert "everywhere" in answer.text
    assert ada("GET", "/api/auth/me").status == 200


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_a_body_that_is_no_json_is_refused_and_the_session_goes_on(content_type: str, stack: Stack) -> None:
    _, ada = owner_of(stack, "acme")
    answer = ada("POST", "/api/auth/logout", body="refreshToken=x", headers={"content-type": content_type})
    assert answer.status == 400
    assert ada("GET", "/api/auth/me").status == 200
