"""What an endpoint logs of an answer."""

import json
from typing import Any

import pytest

from infra.local.cognito import INVITATIONS
from infra.local.stack import Stack
from tandem.observability import logger
from tests.integration.conftest import Client, as_logged
from tests.integration.doors import HISTORY
from tests.integration.people import PASSWORD, come, log_in, owner_of


def test_the_code_of_an_error_is_logged_with_that_answer_alone(
    demo: Client, stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    formatter = logger().registered_formatter

    def logged() -> dict[str, Any]:
        line: dict[str, Any] = json.loads(formatter.format(caplog.records[-1]))
        assert line["message"] == "answered"
        return {name: line[name] for name in ("status", "code") if name in line}

    stack.request(HISTORY.method, HISTORY.path)
    assert logged() == {"status": 401, "code": "AUTH_REQUIRED"}
    demo(HISTORY.method, HISTORY.path)
    assert logged() == {"status": 200}


def test_what_people_do_is_logged_without_who_they_are_and_what_they_know(
    stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    _, ada = owner_of(stack, "acme")
    ada.invite("grace@acme.example", name="Grace Hopper")
    temporary = INVITATIONS["grace@acme.example"]
    log_in(stack, "grace@acme.example", "a wrong Password 1")
    grace = come(stack, "grace@acme.example")
    ada.invite("grace@acme.example")
    ada("POST", "/api/v1/customers", json={"profile": {"firstName": "Lovelace", "phone": "+2348012345678"}})
    ada("POST", "/api/v1/customers", json={"profile": {"phone": "+2348012345678", "email": "no address"}})
    stack.request("POST", "/api/auth/refresh", json={"refreshToken": grace.session["refreshToken"]})
    grace("POST", "/api/auth/logout", json={"refreshToken": grace.session["refreshToken"]})
    logged = "\n".join(as_logged(record) for record in caplog.records)
    assert logged.count('"answered"') >= 9
    told = [
        temporary,
        PASSWORD,
        "a wrong Password 1",
        str(ada.password),
        "Hopper",
        "Lovelace",
        "8012345678",
        "no address",
    ]
    for session in (ada.session, grace.session):
        told += [
            session["csrfToken"],
            session["accessToken"],
            *session["refreshToken"].split("~"),
            session["user"]["email"],
        ]
    assert [word for word in told if word in logged] == []


def test_a_fault_of_ours_is_logged_without_what_was_sent(stack: Stack, caplog: pytest.LogCaptureFixture) -> None:
    _, ada = owner_of(stack, "acme")
    caplog.clear()
    stack.faults.add({"kind": "fail", "service": "cognito-idp", "function": "PlatformLogin", "times": 20})
    assert log_in(stack, ada.email, ada.password).status == 503
    stack.faults.clear()
    logged = "\n".join(as_logged(record) for record in caplog.records)
    assert '"SERVICE_UNAVAILABLE"' in logged
    assert ada.password not in logged
    assert ada.email not in logged
